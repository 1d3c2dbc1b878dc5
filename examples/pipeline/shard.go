package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fe115bb3/dealtracker/dealstate/analytics"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
)

// shard says which deals of a log are seen to: those of which [bulk.ShardOf] says number-1 of
// so many. It also keeps in which order the deals of the log first appear.
type shard struct {
	number, of int    // from 1; 0 of 0: there are no shards
	places     *[]int // of the shard's deals among those of the log
	asked      *int
}

// parseShard reads i/n.
func parseShard(text string) (shard, error) {
	number, of, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !ok || err1 != nil || err2 != nil || i < 1 || n < i || n > maxShards {
		return shard{}, fmt.Errorf("-shard %q; want i/n, such as 1/8, with i from 1 to n and n at most %d", text, maxShards)
	}
	return shard{number: i, of: n, places: new([]int), asked: new(int)}, nil
}

// maxShards is how many files one merge has open.
const maxShards = 1000

// keep is asked of each deal of the log, as the deals first appear.
func (s shard) keep(deal string) bool {
	mine := bulk.ShardOf(deal, s.of) == s.number-1
	if mine {
		*s.places = append(*s.places, *s.asked)
	}
	*s.asked++
	return mine
}

// partHead is the first line of a part: what it is a part of. The parts of one output differ
// in their shard and their first deal alone.
type partHead struct {
	Part      string `json:"part"` // the output's name
	Version   int    `json:"version"`
	Shard     int    `json:"shard"`
	Of        int    `json:"of"`
	Policy    string `json:"policy"`
	AsOf      string `json:"as_of"`
	KnownBy   string `json:"known_by,omitempty"`
	From      string `json:"from,omitempty"`
	Every     int    `json:"every"`
	Agreement string `json:"agreement"`            // SHA-256 of its JSON, in hex
	FirstDeal string `json:"first_deal,omitempty"` // of the shard's deals; none: there are none
}

// partVersion stands in the head of each part.
const partVersion = 1

// head says what this job writes a part of.
func (j job) head() (partHead, error) {
	agreement, err := json.Marshal(j.machine.Agreement())
	if err != nil {
		return partHead{}, err
	}
	digest := sha256.Sum256(agreement)
	h := partHead{Part: j.out.name, Version: partVersion, Shard: j.shard.number, Of: j.shard.of, Policy: j.view.Policy.Name, Every: j.every, Agreement: hex.EncodeToString(digest[:])}
	h.AsOf, h.KnownBy, h.From = text(j.view.AsOf), text(j.view.KnownBy), text(j.from)
	if deals := j.log.Deals(); len(deals) > 0 {
		h.FirstDeal = deals[0]
	}
	return h, nil
}

// partRow is a line of a part that has rows. Place is where the row's deal first appears
// among the deals of the log, from 0.
type partRow[R any] struct {
	Place int `json:"place"`
	Row   R   `json:"row"`
}

// partEnd is the last line of a part: without it, the part is not whole.
type partEnd struct {
	Lines int `json:"lines"` // between the first and this one
}

// partWriter writes a shard's rows.
func partWriter[R analytics.Row](of rows[R]) writer {
	return func(ctx context.Context, j job, out *bufio.Writer) error {
		w, err := newPart(j, out)
		if err != nil {
			return err
		}
		deal, deals := -1, j.log.Deals()
		err = of(ctx, j, func(name string, row R) bool {
			for deal < 0 || deals[deal] != name { // both are in the order in which deals first appear
				deal++
			}
			w.line(partRow[R]{Place: (*j.shard.places)[deal], Row: row})
			return w.err == nil
		})
		if err != nil {
			return err
		}
		return w.end()
	}
}

func writeSummaryPart(ctx context.Context, j job, out *bufio.Writer) error {
	r, err := j.log.Replay(ctx, j.view, j.workers)
	if err != nil {
		return err
	}
	return writePart(j, out, r.Totals())
}

// writePart writes a part that is one measure.
func writePart(j job, out *bufio.Writer, measure any) error {
	w, err := newPart(j, out)
	if err != nil {
		return err
	}
	w.line(measure)
	return w.end()
}

// part is a part that is being written: a line for its head, its lines, and one for its end.
type part struct {
	lines *json.Encoder
	n     int
	err   error
}

// lineEncoder writes the lines of a part.
func lineEncoder(w io.Writer) *json.Encoder {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	return lines
}

func newPart(j job, out *bufio.Writer) (*part, error) {
	head, err := j.head()
	if err != nil {
		return nil, err
	}
	p := &part{lines: lineEncoder(out), n: -1}
	p.line(head)
	return p, nil
}

func (p *part) line(value any) {
	p.err = errors.Join(p.err, p.lines.Encode(value))
	p.n++
}

func (p *part) end() error {
	p.line(partEnd{Lines: p.n})
	return p.err
}
