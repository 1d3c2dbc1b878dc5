// Package badinput has texts of events and agreements that must be refused, each with
// the field that the error names. Readers, schemas and whatever else takes the formats
// are tested with the same ones.
package badinput
