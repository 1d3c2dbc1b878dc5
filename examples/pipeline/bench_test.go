package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"github.com/fe115bb3/dealtracker/dealstate"
	"github.com/fe115bb3/dealtracker/dealstate/bulk"
	"github.com/fe115bb3/dealtracker/dealstate/uschina"
)

// The weekly panel of a log, written to a file, beside writing the same bytes from memory.
// A million events come to half a gigabyte.
func BenchmarkPanel(b *testing.B) {
	for _, size := range []struct {
		name   string
		events int
	}{{"100k", 100_000}, {"1M", 1_000_000}} {
		b.Run(size.name, func(b *testing.B) {
			j := jobOf(b, size.events)
			var text bytes.Buffer
			if err := writeThrough(j, &text); err != nil {
				b.Fatal(err)
			}
			b.Run("memory", func(b *testing.B) {
				toFile(b, text.Len(), func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err })
			})
			b.Run("panel", func(b *testing.B) {
				toFile(b, text.Len(), func(w io.Writer) error { return writeThrough(j, w) })
			})
		})
	}
}

func jobOf(b *testing.B, events int) job {
	b.Helper()
	m, err := dealstate.Compile(uschina.London())
	if err != nil {
		b.Fatal(err)
	}
	log, err := bulk.ReadEvents(context.Background(), generate(m.Agreement(), events, 7), bulk.Template(m), bulk.Options{})
	if err != nil {
		b.Fatal(err)
	}
	o := options{machine: m, every: 7}
	_, o.view.AsOf = log.Span()
	return job{options: o, log: log, final: m.Lifecycle().Final}
}

func writeThrough(j job, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if err := rowWriter(panel)(context.Background(), j, out); err != nil {
		return err
	}
	return out.Flush()
}

// toFile has the same file written again and again.
func toFile(b *testing.B, size int, write func(io.Writer) error) {
	b.Helper()
	file, err := os.Create(b.TempDir() + "/panel.csv")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			b.Fatal(err)
		}
		if err := write(file); err != nil {
			b.Fatal(err)
		}
	}
}
