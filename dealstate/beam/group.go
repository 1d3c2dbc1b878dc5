package dealbeam

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/internal/display"
	"github.com/fe115bb3/dealtracker/dealstate/internal/field"
)

// Options say how a log is grouped by deal and folded. Agreements are required.
type Options struct {
	Agreements Agreements
	// View is how every deal is looked at. Where AsOf and KnownBy are both left out, each
	// deal is looked at from the last instant of which its own log speaks.
	View dealstate.View
	// Buckets is into how many groups of deals the log is split, by [bulk.ShardOf], 65,536 at
	// most; 0: 256.
	// No more workers than that fold at a time, and a worker holds one bucket in memory: some
	// 400 bytes an event.
	Buckets int
	// Workers is how many goroutines fold one bucket, 32 at most; 0: 1, which is right for a cluster,
	// whose runner keeps each core busy with a bundle of its own. Prism runs a stage as one
	// bundle.
	Workers int
}

// defaultBuckets is how many there are unless told otherwise.
const defaultBuckets = 256

// Deals are a log grouped by deal, ready to be folded. Each of its methods adds a transform
// to the pipeline, which reads the groups anew.
type Deals struct {
	grouped    beam.PCollection // KV<int, Iter<[]byte>>: lines of a bucket, packed
	bad        beam.PCollection // BadLine
	agreements beam.PCollection // string
	fold       fold
}

// BadLine is a line of a log that is not counted, and the reason.
type BadLine struct {
	Text    string // without control characters, and clipped to 4,096 bytes
	Problem string // names the field, and says what would be right
}

// GroupLines groups an event log. Its elements are a PCollection<string> or
// PCollection<[]byte> of JSON lines, in any order; an element may hold many lines. The
// collection is bounded, and in the global window. GroupLines panics with a
// *[dealstate.FieldError] if the options cannot be.
func GroupLines(s beam.Scope, lines beam.PCollection, o Options) *Deals {
	o.mustBeValid()
	s = s.Scope("dealbeam.GroupLines")
	var pack any = &packLines{packer{Buckets: o.buckets()}}
	if lines.Type().Type() == typeOf[[]byte]() {
		pack = &packBlocks{packer{Buckets: o.buckets()}}
	}
	packed, bad := beam.ParDo2(s, pack, lines)
	return group(s, packed, bad, o)
}

// GroupEvents groups a PCollection<dealstate.Event>, in any order, as GroupLines does lines.
func GroupEvents(s beam.Scope, events beam.PCollection, o Options) *Deals {
	o.mustBeValid()
	s = s.Scope("dealbeam.GroupEvents")
	packed, bad := beam.ParDo2(s, &packEvents{packer{Buckets: o.buckets()}}, events)
	return group(s, packed, bad, o)
}

// What options may ask for. A bundle holds some 24 bytes a bucket.
const (
	maxBuckets = 1 << 16
	maxWorkers = 32
)

// mustBeValid panics on options that would fail only in a worker, as beam.ParDo does on a wrong
// call.
func (o Options) mustBeValid() {
	switch {
	case o.Agreements.template == "" && !o.Agreements.texts.IsValid():
		panic(field.Errorf("Agreements", "missing; want Template or Catalogue"))
	case o.Buckets < 0 || o.Buckets > maxBuckets:
		panic(field.Errorf("Buckets", "%d; want 0 to %d", o.Buckets, maxBuckets))
	case o.Workers < 0 || o.Workers > maxWorkers:
		panic(field.Errorf("Workers", "%d; want 0 to %d", o.Workers, maxWorkers))
	}
}

func (o Options) buckets() int {
	if o.Buckets == 0 {
		return defaultBuckets
	}
	return o.Buckets
}

func group(s beam.Scope, packed, bad beam.PCollection, o Options) *Deals {
	return &Deals{grouped: beam.GroupByKey(s, packed), bad: bad, agreements: o.Agreements.sideInput(s),
		fold: fold{View: o.View, Template: o.Agreements.template != "", Workers: max(1, o.Workers)}}
}

// packer groups lines by bucket, so that a bundle sends few large values: one value for each line
// would cost more than folding it. The lines are compressed (DEFLATE), because a runner copies and
// encodes each value several times. One bundle uses a packer at a time.
type packer struct {
	Buckets  int
	pending  [][]byte // by bucket: lines, each with its newline
	size     int
	compress *flate.Writer
}

// maxPending is how many bytes of lines a bundle holds back, and packSize is the size from
// which one bucket's are sent on.
const (
	maxPending = 64 << 20
	packSize   = 256 << 10
)

func (p *packer) start() {
	p.pending, p.size = make([][]byte, p.Buckets), 0
}

// add packs one line, which is an event of the deal.
func (p *packer) add(line []byte, deal string, emit func(int, []byte)) {
	bucket := bulk.ShardOf(deal, p.Buckets)
	p.pending[bucket] = append(append(p.pending[bucket], line...), '\n')
	p.size += len(line) + 1
	if len(p.pending[bucket]) >= packSize {
		p.send(bucket, emit)
	}
	if p.size >= maxPending {
		p.finish(emit)
	}
}

func (p *packer) send(bucket int, emit func(int, []byte)) {
	if lines := p.pending[bucket]; len(lines) > 0 {
		emit(bucket, p.packed(lines))
		p.pending[bucket] = lines[:0]
		p.size -= len(lines)
	}
}

// packed compresses lines.
func (p *packer) packed(lines []byte) []byte {
	var to bytes.Buffer
	if p.compress == nil {
		p.compress, _ = flate.NewWriter(&to, flate.BestSpeed) // the level is one
	} else {
		p.compress.Reset(&to)
	}
	_, _ = p.compress.Write(lines) // a buffer takes all
	_ = p.compress.Close()
	return to.Bytes()
}

// unpacked is what packed was given.
func unpacked(part []byte) ([]byte, error) { return io.ReadAll(flate.NewReader(bytes.NewReader(part))) }

func (p *packer) finish(emit func(int, []byte)) {
	for bucket := range p.pending {
		p.send(bucket, emit)
		p.pending[bucket] = nil
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// addLines packs the lines of a text, and tells those that are no events. It passes over a byte
// order mark before any line: how the lines are cut into texts must not decide which count.
func (p *packer) addLines(text []byte, emit func(int, []byte), bad func(BadLine)) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		text = rest
		if line = bytes.TrimSpace(bytes.TrimPrefix(line, byteOrderMark)); len(line) == 0 {
			continue
		}
		deal, err := dealOf(line)
		if err != nil {
			bad(badLine(line, err))
			continue
		}
		p.add(line, deal, emit)
	}
}

// dealOf gives the deal of which a line speaks. That of a line of the usual form is found
// without reading the rest: a line that is no event all the same is told where its bucket is
// read. The others are read in full.
func dealOf(line []byte) (string, error) {
	if len(line) > dealstate.MaxLine {
		return "", errors.New("the line is longer than 1 MiB")
	}
	if deal, ok := usualDeal(line); ok {
		return string(deal), nil
	}
	var e dealstate.Event
	err := e.UnmarshalJSON(line)
	return e.Deal, err
}

var dealKey = []byte(`"deal"`)

// usualDeal finds the value of the key deal, if it has no escape. In an event, nothing else
// looks like the key and a colon: within a text, the quotes would be escaped.
func usualDeal(line []byte) (deal []byte, ok bool) {
	for {
		at := bytes.Index(line, dealKey)
		if at < 0 {
			return nil, false
		}
		line = line[at+len(dealKey):]
		rest, isKey := bytes.CutPrefix(bytes.TrimLeft(line, " \t"), []byte{':'})
		if !isKey {
			continue
		}
		text, isText := bytes.CutPrefix(bytes.TrimLeft(rest, " \t"), []byte{'"'})
		end := bytes.IndexAny(text, "\"\\")
		return text[:max(end, 0)], isText && end > 0 && text[end] == '"'
	}
}

// badLine tells of a line what is harmless to show.
func badLine(line []byte, err error) BadLine {
	text := display.Inert(string(line[:min(len(line), maxBadText)]))
	return BadLine{Text: strings.ToValidUTF8(text[:min(len(text), maxBadText)], ""), Problem: err.Error()}
}

const maxBadText = 4096

// packLines packs elements that are texts.
type packLines struct{ packer }

func (p *packLines) StartBundle(func(int, []byte), func(BadLine)) { p.start() }

func (p *packLines) ProcessElement(text string, emit func(int, []byte), bad func(BadLine)) {
	p.addLines([]byte(text), emit, bad)
}

func (p *packLines) FinishBundle(emit func(int, []byte), _ func(BadLine)) { p.finish(emit) }

// packBlocks packs elements that are bytes.
type packBlocks struct{ packer }

func (p *packBlocks) StartBundle(func(int, []byte), func(BadLine)) { p.start() }

func (p *packBlocks) ProcessElement(text []byte, emit func(int, []byte), bad func(BadLine)) {
	p.addLines(text, emit, bad)
}

func (p *packBlocks) FinishBundle(emit func(int, []byte), _ func(BadLine)) { p.finish(emit) }

// packEvents packs events.
type packEvents struct{ packer }

func (p *packEvents) StartBundle(func(int, []byte), func(BadLine)) { p.start() }

func (p *packEvents) ProcessElement(e dealstate.Event, emit func(int, []byte), bad func(BadLine)) {
	line, err := e.MarshalJSON()
	if err == nil {
		err = e.Validate()
	}
	if err != nil {
		bad(badLine(line, err))
		return
	}
	p.add(line, e.Deal, emit)
}

func (p *packEvents) FinishBundle(emit func(int, []byte), _ func(BadLine)) { p.finish(emit) }

// BadLines gives all lines that are not counted, a PCollection<BadLine>: lines that are not
// events, events that their deal's agreement does not admit, and, of two events with the same id
// and different content, the one whose line sorts later. It reads each bucket once more.
func (d *Deals) BadLines(s beam.Scope) beam.PCollection {
	s = s.Scope("dealbeam.BadLines")
	return beam.Flatten(s, d.bad, beam.ParDo(s, &badFn{d.fold}, d.grouped, beam.SideInput{Input: d.agreements}))
}

// sorted puts the lines of a text in an order that nothing but their bytes decides.
func sorted(parts [][]byte) [][]byte {
	var lines [][]byte
	for _, part := range parts {
		lines = slices.AppendSeq(lines, bytes.Lines(part))
	}
	slices.SortFunc(lines, bytes.Compare)
	return lines
}
