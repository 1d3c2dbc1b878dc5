package parquet

import (
	"encoding/binary"
	"hash/crc32"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// The pages are taken apart here and not by parquet-go, whose readers make room for what a page
// says of itself: a run of two billion levels, or a page that inflates without end, takes a few
// bytes. Here a value is decoded only where a row expects one.

// page is one page of data. It lies in memory that the next one uses again.
type page struct {
	rows     int
	levels   []uint32 // by row; nil: every row has a value, or none has one
	values   int      // of rows that have one
	encoding format.Encoding
	data     []byte // encoded, not compressed
}

// plainDictionary is the older name of an encoding, which DuckDB writes still: of a dictionary
// it is plain, and of a page numbers of words.
const plainDictionary format.Encoding = 2

// isWords reports whether the values are numbers of words in the dictionary.
func (p *page) isWords() bool {
	return p.encoding == format.RLEDictionary || p.encoding == plainDictionary
}

// pages goes through the pages of a column of a row group. A worker has one, and uses it for
// column after column. What it gives is valid until it is asked for the next page; whoever keeps
// a text copies it.
type pages struct {
	column column
	codec  format.CompressionCodec
	rest   []byte // of the column, from the next page on
	all    int    // rows of the group
	rows   int    // still to come
	room   int64  // bytes that the pages still to come may take, by the footer

	words     []byte // the dictionary, decompressed; it stays until the column ends
	wordCount int    // -1: there is none yet

	decompressor
	raw, buf []byte // memory used again: of the column as it lies in the file, and of a page
	levels   []uint32
}

// open begins a column.
func (p *pages) open(f *file, g *group, c column) error {
	at := g.chunks[c.leaf]
	p.column, p.codec, p.all, p.rows, p.room = c, at.codec, g.rows, g.rows, at.inflated
	p.words, p.wordCount = p.words[:0], -1
	p.raw = slices.Grow(p.raw[:0], int(at.size))[:at.size]
	if err := readAt(f.r, p.raw, at.offset); err != nil {
		return &damage{problem: "it cannot be read", err: err}
	}
	p.rest = p.raw
	return nil
}

// next gives the next page of data; not ok where the column ends.
func (p *pages) next() (to page, ok bool, err error) {
	for p.rows > 0 {
		var h format.PageHeader
		n, err := decodeThrift(p.rest, &h)
		if err != nil {
			return to, false, err
		}
		body, err := p.body(&h, n)
		if err != nil {
			return to, false, err
		}
		switch h.Type {
		case format.DictionaryPage:
			err = p.takeWords(&h, body)
		case format.DataPage:
			to, err = p.version1(&h, body)
		case format.DataPageV2:
			to, err = p.version2(&h, body)
		}
		if err != nil || to.rows > 0 {
			p.rows -= to.rows
			return to, err == nil, err
		}
	}
	return to, false, nil
}

// body is what follows a header of n bytes.
func (p *pages) body(h *format.PageHeader, n int) ([]byte, error) {
	size, inflated := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if size < 0 || size > int64(len(p.rest)-n) {
		return nil, errShort
	}
	if inflated < 0 || inflated > p.room || inflated > maxPage {
		return nil, damaged("a page of %d bytes; want at most %d, and no more than the footer says", inflated, maxPage)
	}
	p.room -= inflated
	body := p.rest[n : n+int(size)]
	p.rest = p.rest[n+int(size):]
	if h.CRC != 0 && crc32.ChecksumIEEE(body) != uint32(h.CRC) {
		return nil, damaged("the checksum of a page is wrong")
	}
	return body, nil
}

// takeWords keeps the dictionary. It may have more words than the group has rows, as one of all
// words of an enumeration does. Whoever decodes it holds their number to its bytes.
func (p *pages) takeWords(h *format.PageHeader, body []byte) (err error) {
	d := &h.DictionaryPageHeader.V
	switch {
	case !h.DictionaryPageHeader.Valid || p.wordCount >= 0 || d.NumValues < 0 || int(d.NumValues) > max(p.all, maxWords):
		return damaged("a dictionary of %d words, or a second one; want one of at most %d", d.NumValues, max(p.all, maxWords))
	case d.Encoding != format.Plain && d.Encoding != plainDictionary:
		return damaged("a dictionary in the encoding %v; want plain", d.Encoding)
	}
	p.words, err = p.inflate(p.codec, p.words, body, int(h.UncompressedPageSize))
	p.wordCount = int(d.NumValues)
	return err
}

func (p *pages) version1(h *format.PageHeader, body []byte) (page, error) {
	d := &h.DataPageHeader.V
	if !h.DataPageHeader.Valid || !p.expects(d.NumValues) {
		return page{}, damaged("a page of %d values, where %d rows are left", d.NumValues, p.rows)
	}
	data, err := p.inflate(p.codec, p.buf, body, int(h.UncompressedPageSize))
	if err != nil {
		return page{}, err
	}
	p.buf = data
	to := page{rows: int(d.NumValues), values: int(d.NumValues), encoding: d.Encoding}
	if p.column.levels > 0 {
		if len(data) < 4 || d.DefinitionLevelEncoding != format.RLE {
			return page{}, damaged("levels in the encoding %v; want RLE", d.DefinitionLevelEncoding)
		}
		n := binary.LittleEndian.Uint32(data)
		if data = data[4:]; uint64(n) > uint64(len(data)) {
			return page{}, errShort
		}
		if err := p.takeLevels(&to, data[:n]); err != nil {
			return page{}, err
		}
		data = data[n:]
	}
	to.data = data
	return to, nil
}

// version2 takes apart a page whose levels are not compressed.
func (p *pages) version2(h *format.PageHeader, body []byte) (page, error) {
	d := &h.DataPageHeaderV2.V
	if !h.DataPageHeaderV2.Valid || !p.expects(d.NumValues) {
		return page{}, damaged("a page of %d values, where %d rows are left", d.NumValues, p.rows)
	}
	repeats, levels := int64(d.RepetitionLevelsByteLength), int64(d.DefinitionLevelsByteLength)
	if repeats < 0 || levels < 0 || repeats+levels > int64(len(body)) || repeats+levels > int64(h.UncompressedPageSize) {
		return page{}, errShort
	}
	to := page{rows: int(d.NumValues), values: int(d.NumValues), encoding: d.Encoding}
	if p.column.levels > 0 {
		if err := p.takeLevels(&to, body[repeats:repeats+levels]); err != nil {
			return page{}, err
		}
	}
	codec := p.codec
	if d.IsCompressed.Valid && !d.IsCompressed.V {
		codec = format.Uncompressed
	}
	data, err := p.inflate(codec, p.buf, body[repeats+levels:], int(int64(h.UncompressedPageSize)-repeats-levels))
	p.buf, to.data = data, data
	return to, err
}

func (p *pages) expects(values int32) bool { return values >= 0 && int(values) <= p.rows }

// takeLevels finds which rows have values.
func (p *pages) takeLevels(to *page, src []byte) error {
	width := uint(1)
	for p.column.levels>>width > 0 {
		width++
	}
	if level, ok := oneRun(src, to.rows, width); ok {
		if level != p.column.levels {
			to.values = 0
		}
		return nil
	}
	p.levels = slices.Grow(p.levels[:0], to.rows)[:to.rows]
	if err := decodeHybrid(p.levels, src, width); err != nil {
		return err
	}
	to.values, to.levels = 0, p.levels
	for _, level := range p.levels {
		if level == p.column.levels {
			to.values++
		}
	}
	return nil
}
