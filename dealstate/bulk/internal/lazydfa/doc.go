// Package lazydfa replays deals by table look-up. The table is a deterministic finite
// automaton that is built lazily: each cell is asked of a [dealstate.Cursor], once, when
// a deal first needs it. So it holds no transition that the library, and looplab/fsm
// under it, lacks.
//
//	d := pool.Get(machine, policy)
//	d.Attach(view, lazydfa.Log{Statements: len(statements), Event: template, Dense: true})
//	taken := d.Run(states, inputs, 0)     // the fast loop, for deals without timers
//	s.Load(d, states[deal].Position())
//	known := s.Take(statement, at, false) // the stepper, for all deals
//
// Its words, of which all but the first are a DFA's own:
//
//   - A statement is what an event says, as the log numbers it.
//   - An input class is a set of statements that do the same in every situation. The timers that
//     come due together are an input class too.
//   - A situation is what the DFA is in: what a cursor tells apart, whatever the
//     instants and the number of the revision. The word state alone is a [dealstate.State].
//   - A cell says where an input class leads from a situation, and which effects that has.
//   - A timer is when a deal's clock is due. The table knows only that a clock came due;
//     when that is, each deal's [Timers] say.
//
// Where more matters, or where an event refers to another one, the DFA answers that it
// does not know, and the caller asks the library about the whole deal.
package lazydfa
