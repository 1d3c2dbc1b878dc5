// Pipeline replays a log of events over many deals, JSON lines or CSV in and
// measures out.
//
//	cat events.jsonl | go run ./examples/pipeline [-in lines|csv] [-agreement FILE] [-policy P] [-out spells|panel|transitions|waits|party-waits|lifetimes|funnel|xes|ocel|summary]
//	go run ./examples/pipeline -generate 1000000 -seed 7 > events.jsonl
//
// Many machines share a log like this, each seeing to the deals of its shard:
//
//	go run ./examples/pipeline -shard 1/8 -asof 2025-12-31 -out spells < events.jsonl > part-1
//	go run ./examples/pipeline -merge part-1 part-2 …
//
// The agreement is the template for every deal id in the stream; left out, it
// is the London framework. How long each side was awaited is "waits", and summed up
// "party-waits": its median_seconds is by Kaplan and Meier, who count those that still wait;
// a median over spells of awaiting does not. "lifetimes" are until a deal is implemented,
// "funnel" is how far deals came. The log's lines may come in any order. CSV has a header
// row that names the event's fields, in any order: id, deal, kind and at, and what
// else there is, such as party, role or source.publisher.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends it at once
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: isTerminal(os.Stderr), typed: isTerminal(os.Stdin)})
	stop()
	os.Exit(code)
}

// streams are the standard ones, and what the program must know of them.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // somebody watches err
	typed    bool // nothing is piped in
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// run returns the exit code: 1 for input that cannot be read, 2 for wrong flags,
// and 130, as shells have it, where it was interrupted.
func run(ctx context.Context, args []string, s streams) int {
	o, err := parseFlags(args, s.err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(s.err, "pipeline:", err)
		return 2
	}
	out := bufio.NewWriterSize(s.out, 1<<16)
	err = o.do(ctx, s, out)
	err = cmp.Or(err, out.Flush())
	switch {
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(s.err, "pipeline: interrupted; the output is not whole")
		return 130
	case err != nil:
		fmt.Fprintln(s.err, "pipeline:", err)
		return 1
	}
	return 0
}

// options are the values of the flags.
type options struct {
	machine  *dealstate.Machine
	view     dealstate.View
	read     reader
	out      output
	shard    shard
	from     time.Time // where a panel begins; zero: with the log
	merge    []string  // files of parts; without any, a log is read
	workers  int
	skip     bool
	every    int
	generate int
	seed     uint64
	plain    bool // no flag was given
}

func parseFlags(args []string, stderr io.Writer) (options, error) {
	o := options{plain: len(args) == 0}
	flags := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller reports what is wrong, in one line
	flags.Usage = func() {}
	usage := func() {
		flags.SetOutput(stderr)
		fmt.Fprintln(stderr, "usage: pipeline [-in lines|csv] [-agreement FILE] [-policy P] [-out OUTPUT] < events.jsonl")
		flags.PrintDefaults()
	}
	in := flags.String("in", "lines", "how the log is written: lines (of JSON) or csv")
	file := flags.String("agreement", "", "the agreement's `file`, the template for every deal; default: the London framework")
	policy := flags.String("policy", "strict", "whose word counts: strict, official or reported")
	asOf := flags.String("asof", "", "what had happened by then: a `date` (its end, UTC) or an RFC 3339 instant; default: -known, else the last instant of which the log speaks")
	known := flags.String("known", "", "what was known by then: a `date` or an instant; default: all there is")
	out := flags.String("out", "summary", "what to write: "+strings.Join(names(every), ", ")+". All are CSV, in seconds, but for ocel, xes and summary")
	flags.IntVar(&o.workers, "workers", 0, "how many goroutines; 0: one a core")
	flags.BoolVar(&o.skip, "skip", false, "count bad lines, show the first, and go on, instead of stopping there")
	flags.IntVar(&o.every, "every", 7, "`days` between two dates of the panel, which are the same for all deals")
	from := flags.String("from", "", "the panel's first `date`; default: the day of the log's first report")
	shard := flags.String("shard", "", "see only to the deals of shard `i/n`, and write a part of the output, for -merge; wants -asof or -known, and of a panel -from")
	merge := flags.Bool("merge", false, "merge the parts in the files that are named to the output of which they are parts")
	flags.IntVar(&o.generate, "generate", 0, "write a log of so many events, as lines, instead of reading one")
	flags.Uint64Var(&o.seed, "seed", 1, "of the log to generate")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			usage()
		}
		return o, err
	}
	if *merge {
		return o, o.parseMerge(flags)
	}
	err := o.parse(*in, *file, *policy, *asOf, *known, *out, flags.NArg())
	return o, cmp.Or(err, o.parseShard(*shard, *from))
}

// parseMerge takes the files to be merged. All else stands in them.
func (o *options) parseMerge(flags *flag.FlagSet) (err error) {
	flags.Visit(func(f *flag.Flag) {
		if f.Name != "merge" {
			err = cmp.Or(err, fmt.Errorf("-%s: not with -merge; each part says how it was measured", f.Name))
		}
	})
	if o.merge = flags.Args(); len(o.merge) == 0 {
		err = cmp.Or(err, errors.New("-merge: no files; want those that -shard wrote"))
	}
	return err
}

// parseShard reads what a shard has to be told, because it does not see the whole log.
func (o *options) parseShard(shard, from string) error {
	var err error
	if o.from, err = dealstate.ParseMoment(from); err != nil {
		return fmt.Errorf("-from: %w", err)
	}
	if shard == "" {
		return nil
	}
	if o.shard, err = parseShard(shard); err != nil {
		return err
	}
	switch {
	case o.out.part == nil:
		return fmt.Errorf("-out %s is not written in parts; want one of %s with -shard", o.out.name, strings.Join(names(func(o output) bool { return o.part != nil }), ", "))
	case o.generate > 0:
		return errors.New("-generate: not with -shard, which reads a log")
	case o.view.AsOf.IsZero() && o.view.KnownBy.IsZero():
		return errors.New("-shard: want -asof or -known, for no shard sees where the whole log ends")
	case o.out.name == "panel" && o.from.IsZero():
		return errors.New("-shard: want -from for a panel, for no shard sees where the whole log begins")
	}
	return nil
}

// names are those of the outputs that are picked.
func names(pick func(output) bool) (all []string) {
	for _, o := range outputs {
		if pick(o) {
			all = append(all, o.name)
		}
	}
	slices.Sort(all)
	return all
}

func every(output) bool { return true }

// parse reads the values of the flags that are no plain numbers, and checks all.
func (o *options) parse(in, file, policy, asOf, known, out string, rest int) error {
	switch {
	case rest > 0:
		return fmt.Errorf("arguments: %d; want flags only, and the log on standard input", rest)
	case o.workers < 0:
		return fmt.Errorf("-workers %d; want a number of goroutines, or 0", o.workers)
	case o.every < 1:
		return fmt.Errorf("-every %d; want at least one day", o.every)
	case o.generate < 0:
		return fmt.Errorf("-generate %d; want a number of events", o.generate)
	case o.generate > 0 && (in != "lines" || out != "summary"):
		return errors.New("-generate writes a log, as lines; want it without -in and -out")
	}
	var ok bool
	if o.read, ok = readers[in]; !ok {
		return fmt.Errorf("-in %q is unknown; want lines or csv", in)
	}
	if o.out, ok = outputOf(out); !ok {
		return fmt.Errorf("-out %q is unknown; want one of %s", out, strings.Join(names(every), ", "))
	}
	var err error
	if o.view, err = dealstate.ParseView(asOf, known, policy); err != nil {
		return err
	}
	o.machine, err = compile(file)
	return err
}

// compile opens the template of every deal: the London framework, where no file is named.
func compile(path string) (*dealstate.Machine, error) {
	if path == "" {
		return dealstate.Compile(uschina.London())
	}
	return dealstate.OpenMachine(os.Open, path)
}

func (o options) do(ctx context.Context, s streams, out *bufio.Writer) error {
	switch {
	case o.generate > 0:
		return dealstate.WriteEvents(out, during(ctx, generate(o.machine.Agreement(), o.generate, o.seed)))
	case o.plain && s.typed:
		return o.show(ctx, s, out)
	case len(o.merge) > 0:
		return mergeParts(o.merge, s.err, out)
	}
	log, err := o.readLog(ctx, s)
	if err != nil {
		return err
	}
	return o.measure(ctx, log, s, out)
}

// measure writes what was asked for, of all deals as of one instant: only then are the
// spells of those whose clocks ran on after their last report comparable.
func (o options) measure(ctx context.Context, log *bulk.Log, s streams, out *bufio.Writer) error {
	if o.view.AsOf = cmp.Or(o.view.AsOf, o.view.KnownBy); o.view.AsOf.IsZero() {
		_, o.view.AsOf = log.Span()
	}
	start, j := time.Now(), job{options: o, log: log, final: o.machine.Lifecycle().Final}
	if s.terminal {
		j.watch = s.err
	}
	write := o.out.write
	if o.shard.of > 0 {
		write = o.out.part
	}
	err := cmp.Or(write(ctx, j, out), out.Flush())
	if s.terminal {
		fmt.Fprint(s.err, "\r\033[K")
	}
	took := time.Since(start).Round(time.Millisecond)
	switch {
	case err != nil:
	case o.view.AsOf.IsZero(): // the log speaks of no instant, and nobody named one
		fmt.Fprintf(s.err, "pipeline: no event was read, so there was nothing to measure; written in %s\n", took)
	default:
		fmt.Fprintf(s.err, "pipeline: measured as of %s and written in %s\n", o.view.AsOf.Format(time.RFC3339), took)
	}
	return err
}

// during ends a sequence that knows of no context.
func during(ctx context.Context, events iter.Seq2[dealstate.Event, error]) iter.Seq2[dealstate.Event, error] {
	return func(yield func(dealstate.Event, error) bool) {
		for e, err := range events {
			if err = cmp.Or(err, ctx.Err()); !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// reader reads a log in one of the formats of -in.
type reader func(context.Context, io.Reader, bulk.Agreements, bulk.Options) (*bulk.Log, error)

var readers = map[string]reader{"lines": bulk.ReadLines, "csv": bulk.ReadCSV}

// readLog reads the log, and says at the end how fast that was.
func (o options) readLog(ctx context.Context, s streams) (*bulk.Log, error) {
	start, in := time.Now(), &input{ctx: ctx, r: s.in}
	text := bufio.NewReader(in)
	if head, _ := text.Peek(2); string(head) == "\x1f\x8b" {
		return nil, errors.New("standard input is compressed by gzip; pipe it through gunzip")
	}
	var first *dealstate.LineError
	opt := bulk.Options{Workers: o.workers, Bad: o.onBadLine(&first)}
	if o.shard.of > 0 {
		opt.Keep = o.shard.keep
	}
	if s.terminal {
		opt.Progress = func(p bulk.Progress) { fmt.Fprintf(s.err, "\r%d events, %d MB ", p.Events, in.bytes.Load()/1e6) }
	}
	log, err := o.read(ctx, text, bulk.Template(o.machine), opt)
	if s.terminal {
		fmt.Fprint(s.err, "\r\033[K")
	}
	if err != nil {
		return nil, err
	}
	in.report(s.err, log, time.Since(start))
	if first != nil {
		fmt.Fprintln(s.err, "pipeline: the first bad line was", first)
	}
	if log.Progress().Lines == 0 {
		fmt.Fprintln(s.err, "pipeline: the log is empty; -generate 1000000 makes one")
	}
	return log, nil
}

// onBadLine keeps the first bad line and goes on; without -skip it is nil, and
// reading stops there.
func (o options) onBadLine(first **dealstate.LineError) func(*dealstate.LineError) error {
	if !o.skip {
		return nil
	}
	return func(e *dealstate.LineError) error {
		*first = cmp.Or(*first, e)
		return nil
	}
}

// report says how much was read, and how fast.
func (in *input) report(w io.Writer, log *bulk.Log, took time.Duration) {
	p := log.Progress()
	fmt.Fprintf(w, "pipeline: %d events of %d deals, %d duplicates and %d bad lines in %s: %.0f events/s, %.0f MB/s\n",
		p.Events, len(log.Deals()), p.Duplicates, p.Bad, took.Round(time.Millisecond), float64(p.Lines)/took.Seconds(), float64(in.bytes.Load())/1e6/took.Seconds())
}

// input counts what is read, from another goroutine. It gives up waiting when the
// context ends: a Read of a pipe or terminal on which nothing comes cannot be
// called back, and the program is to end all the same.
type input struct {
	ctx   context.Context
	r     io.Reader
	bytes atomic.Int64
	block []byte // not the caller's, who may use that again while a Read is still under way
}

// readResult is what one Read gave.
type readResult struct {
	n   int
	err error
}

func (in *input) Read(p []byte) (int, error) {
	if err := in.ctx.Err(); err != nil {
		return 0, err
	}
	if len(in.block) < len(p) {
		in.block = make([]byte, len(p))
	}
	block, got := in.block[:len(p)], make(chan readResult, 1)
	go func() {
		n, err := in.r.Read(block)
		got <- readResult{n, err}
	}()
	select {
	case a := <-got:
		in.bytes.Add(int64(a.n))
		return copy(p, block[:a.n]), a.err
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	}
}

// show is for whoever tries the command without a log.
func (o options) show(ctx context.Context, s streams, out *bufio.Writer) error {
	fmt.Fprint(out, `No log on standard input. To make one, and to measure it:

    go run ./examples/pipeline -generate 1000000 > events.jsonl
    go run ./examples/pipeline < events.jsonl
    go run ./examples/pipeline -policy reported -out spells < events.jsonl

Here is what 20,000 generated events come to under the policy strict:

`)
	log, err := bulk.ReadEvents(ctx, generate(o.machine.Agreement(), 20_000, o.seed), bulk.Template(o.machine), bulk.Options{})
	if err != nil {
		return err
	}
	return o.measure(ctx, log, s, out)
}
