package parquet

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// decompressor inflates pages. A worker has one. Every codec is bounded by the size that the
// page says it has: a page that would be larger is an error, and is not inflated further.
type decompressor struct {
	zstd *zstd.Decoder // made when it is first needed
	gzip *gzip.Reader
}

// codecs inflate src into dst, which has the size that the page should have, and say how many
// bytes there were.
var codecs = map[format.CompressionCodec]func(d *decompressor, dst, src []byte) (int, error){
	format.Uncompressed: func(_ *decompressor, dst, src []byte) (int, error) {
		if len(src) > len(dst) {
			return 0, errLarger
		}
		return copy(dst, src), nil
	},
	format.Snappy: func(_ *decompressor, dst, src []byte) (int, error) {
		if n, err := snappy.DecodedLen(src); err != nil || n != len(dst) {
			return n, err
		}
		out, err := snappy.Decode(dst, src)
		return len(out), err
	},
	format.Gzip: (*decompressor).gunzip,
	format.Brotli: func(_ *decompressor, dst, src []byte) (int, error) {
		return readAll(brotli.NewReader(bytes.NewReader(src)), dst)
	},
	format.Zstd:   (*decompressor).unzstd,
	format.Lz4Raw: func(_ *decompressor, dst, src []byte) (int, error) { return lz4.UncompressBlock(src, dst) },
}

var errLarger = damaged("it is larger than it says")

// inflate gives the page that src is, in the memory of buf if that is large enough.
func (d *decompressor) inflate(codec format.CompressionCodec, buf, src []byte, size int) ([]byte, error) {
	decode := codecs[codec]
	if decode == nil {
		return nil, damaged("its compression, %v, is none that is read; want zstd, snappy, gzip, lz4_raw, brotli or none", codec)
	}
	buf = slices.Grow(buf[:0], size)[:size]
	if size == 0 {
		return buf, nil
	}
	n, err := decode(d, buf, src)
	if err != nil {
		return nil, &damage{problem: "a page cannot be decompressed", err: err}
	}
	if n != size {
		return nil, damaged("a page has %d bytes; its header says %d", n, size)
	}
	return buf, nil
}

func (d *decompressor) unzstd(dst, src []byte) (int, error) {
	if d.zstd == nil {
		var err error
		if d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPage)); err != nil {
			return 0, err
		}
	}
	out, err := d.zstd.DecodeAll(src, dst[:0:len(dst)])
	return len(out), err
}

func (d *decompressor) gunzip(dst, src []byte) (n int, err error) {
	if d.gzip == nil {
		d.gzip = new(gzip.Reader)
	}
	if err := d.gzip.Reset(bytes.NewReader(src)); err != nil {
		return 0, err
	}
	return readAll(d.gzip, dst)
}

// readAll fills dst from a stream that ends there.
func readAll(r io.Reader, dst []byte) (int, error) {
	n, err := io.ReadFull(r, dst)
	if err != nil {
		return n, err
	}
	switch more, err := r.Read(make([]byte, 1)); {
	case more > 0:
		return n, errLarger
	case err != nil && err != io.EOF:
		return n, err
	}
	return n, nil
}
