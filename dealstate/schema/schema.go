// Package schema holds the JSON Schemas (draft 2020-12) of an agreement and of an event,
// by which an editor completes and validates what somebody writes.
//
//	_ = os.WriteFile("agreement.schema.json", []byte(schema.Agreement), 0o644)
//
// A file names its schema itself, as "$schema": "./agreement.schema.json": readers pass that
// key over, in an agreement and in an event. Or an editor is told by its own settings which
// files a schema is for. Of a log, which is JSON lines, each line is one event.
//
// What a reader takes, its schema accepts. A schema cannot see everything that is wrong: a
// key given twice, an id that nobody has, a length in bytes, rules that lead nowhere. So
// [github.com/fe115bb3/dealtracker/dealstate.ReadMachine] and
// [github.com/fe115bb3/dealtracker/dealstate.ReadEvents] have the last word.
package schema

import _ "embed"

// Agreement is the schema of one agreement, as ReadMachine takes it.
//
//go:embed agreement.schema.json
var Agreement string

// Event is the schema of one event, as UnmarshalJSON and ReadEvents take it.
//
//go:embed event.schema.json
var Event string
