package dealstate

import "github.com/fe115bb3/dealtracker/dealstate/internal/strictjson"

// OwnTimer is one of an agreement's own clocks. It runs from entry to a state that
// one of its rules leaves; only a rule whose To names that state starts it anew.
type OwnTimer struct {
	ID    string
	After Delay
}

func (t *OwnTimer) read(f strictjson.Field) error {
	return f.Object(
		strictjson.Slot{Key: "id", To: &t.ID},
		strictjson.Slot{Key: "after", To: t.After.read})
}

// MarshalJSON writes the timer.
func (t OwnTimer) MarshalJSON() ([]byte, error) {
	var o strictjson.Object
	o.Must("id", t.ID)
	o.Must("after", t.After)
	return o.Done()
}
