package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Head is the end of a journal: the position of its last entry, and the hash that
// chains all entries up to it. Who keeps a head, or signs it, can tell later
// whether entries were changed, left out or cut off since ([Verify]). The head of
// an empty journal is the zero Head.
type Head struct {
	Position int64
	Chain    [sha256.Size]byte
}

// String is the position and the chain in hex, as [ParseHead] reads it.
func (h Head) String() string { return fmt.Sprintf("%d %x", h.Position, h.Chain) }

// ParseHead reads what [Head.String] wrote.
func ParseHead(text string) (Head, error) {
	position, chain, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(position, 10, 64)
	sum, bad := hex.DecodeString(chain)
	if err != nil || n < 0 || bad != nil || len(sum) != sha256.Size {
		return Head{}, field.Errorf("head", "%q is none; want a position and 64 hex digits", field.Clip(text))
	}
	return Head{n, [sha256.Size]byte(sum)}, nil
}

// next is the chain with one more entry: the hash of two lines of text, the one
// the chain so far and what the records file says of the entry, the other its JSON.
func (h Head) next(about, json []byte, scratch *[]byte) [sha256.Size]byte {
	text := hex.AppendEncode((*scratch)[:0], h.Chain[:])
	text = append(append(text, ' '), about...)
	text = append(append(append(text, '\n'), json...), '\n')
	*scratch = text
	return sha256.Sum256(text)
}
