package postgres

import (
	"fmt"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/journal"
)

// BareInsert adds a row of BareRow.
func (s *Store) BareInsert() string {
	names, values := []string{"position"}, []string{"$1::bigint"}
	for i, c := range columns {
		value := fmt.Sprintf("$%d::text", i+2)
		if c.cast != "" {
			value = fmt.Sprintf(c.cast, value)
		}
		names, values = append(names, c.name), append(values, value)
	}
	return s.sql("INSERT INTO $schema.entries (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")")
}

// BareRow gives the values of an entry's row, the position first.
func BareRow(e journal.Entry) []any {
	r, err := rowOf(&e)
	if err != nil {
		panic(err)
	}
	return append([]any{e.Position}, arguments([]row{r})...)
}
