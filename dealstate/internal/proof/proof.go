// Package proof says how much a long test tries. Only test files import it.
//
// A test that tries random agreements, logs or seeds asks it for their number:
//
//	for seed := range proof.Times(400, 40) {
//
// The first number is the proof, which runs with DEALSTATE_PROOF=1, as it does in CI.
// The second is for everybody else, many times a day: it is so chosen that every branch
// which the first covers is still covered, and every claim of the test still holds.
package proof

import (
	"fmt"
	"os"
)

// Variable names the environment variable that asks for the whole proof.
const Variable = "DEALSTATE_PROOF"

// Times gives whole where the whole proof is asked for, and short otherwise. It panics
// where short is not a part of whole: a short run must try something, and no more than
// the proof.
func Times(whole, short int) int {
	if short < 1 || short > whole {
		panic(fmt.Sprintf("proof: the short run has %d of %d; want 1 to %d", short, whole, whole))
	}
	if Whole() {
		return whole
	}
	return short
}

// Whole tells whether the whole proof is asked for. It panics where the variable has a
// value of another meaning, lest somebody who wrote "yes" take a short run for the proof.
// The variable is read at each call and not once, before the tests begin: only so does
// go test know that a cached result was made under the other value.
func Whole() bool {
	switch value := os.Getenv(Variable); value {
	case "1":
		return true
	case "", "0":
		return false
	default:
		panic(fmt.Sprintf("%s is %q; want 1 for the whole proof, 0 or nothing for the short run", Variable, value))
	}
}
