package parquet

import (
	"encoding/binary"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// values decodes columns. A worker has one, with memory that it uses again.
type values struct {
	pages
	indexes []uint32 // scratch: of words
	numbers []int64  // scratch
	lengths []int64  // scratch
	texts   []string // scratch
	joined  []byte   // scratch
	known   map[string]uint32

	firstWord  int     // of the dictionary of the column, in its list of words; 0: it is not there yet
	dictionary []int64 // of the column, if it has integers; nil: not yet decoded
	room       int     // bytes that texts of the column may still take that share their beginnings
}

// words are the texts of a column: of each row the number of its word. Two words may be alike.
type words struct {
	list  []string // the first is empty, and stands for a text left out
	codes []uint32 // by row; nil: every row leaves it out
	buf   []uint32 // memory of the codes
}

// readWords reads a column of texts, most of which repeat. What it gives shares no memory with
// the pages.
func (v *values) readWords(f *file, g *group, name string, to *words) error {
	to.list, to.codes = append(to.list[:0], ""), nil
	c, ok := f.columns[name]
	if !ok {
		return nil
	}
	clear(v.known)
	to.buf = slices.Grow(to.buf[:0], g.rows)[:g.rows]
	row := 0
	return v.each(f, g, c, func(p *page) error {
		rows := to.buf[row : row+p.rows]
		row += p.rows
		if p.values > 0 {
			to.codes = to.buf
		}
		return v.pageWords(p, rows, to)
	})
}

// each goes through the pages of a column.
func (v *values) each(f *file, g *group, c column, take func(*page) error) error {
	v.firstWord, v.dictionary, v.room = 0, nil, maxGroupBytes
	err := v.open(f, g, c)
	for ok := err == nil; ok; {
		var p page
		if p, ok, err = v.next(); ok {
			if err = take(&p); err != nil {
				break
			}
		}
	}
	if err != nil {
		return located(err, g.number, c.name)
	}
	return nil
}

// pageWords gives each row of a page the number of its word.
func (v *values) pageWords(p *page, codes []uint32, to *words) error {
	dense := codes[:p.values]
	switch {
	case p.values == 0: // whatever it is encoded as
	case p.isWords():
		first, err := v.addDictionary(to)
		if err == nil {
			err = v.pageIndexes(p, dense)
		}
		if err != nil {
			return err
		}
		for i := range dense {
			dense[i] += first
		}
	default:
		if err := v.pageTexts(p); err != nil {
			return err
		}
		for i, word := range v.texts {
			dense[i] = v.numberOf(word, to)
		}
	}
	spread(codes, p, v.column.levels, 0)
	return nil
}

// spread moves the values of a page, which stand at the beginning, to their rows.
func spread[T any](rows []T, p *page, level uint32, none T) {
	if p.values == p.rows {
		return
	}
	if p.values == 0 {
		for row := range rows {
			rows[row] = none
		}
		return
	}
	from := p.values
	for row := p.rows - 1; row >= 0; row-- {
		if p.levels[row] == level {
			from--
			rows[row] = rows[from]
		} else {
			rows[row] = none
		}
	}
}

// addDictionary puts the words of the dictionary into the list, once, and says where they begin.
func (v *values) addDictionary(to *words) (first uint32, err error) {
	if v.wordCount < 0 {
		return 0, damaged("a page has numbers of words, and there is no dictionary before it")
	}
	if v.firstWord == 0 {
		texts, err := plainTexts(nil, v.words, v.wordCount)
		if err != nil {
			return 0, err
		}
		v.firstWord = len(to.list)
		to.list = append(to.list, texts...)
	}
	return uint32(v.firstWord), nil
}

// numberOf is the number of a word that is written in full.
func (v *values) numberOf(word string, to *words) uint32 {
	if word == "" {
		return 0
	}
	n, ok := v.known[word]
	if !ok {
		if v.known == nil {
			v.known = map[string]uint32{}
		}
		n = uint32(len(to.list))
		to.list, v.known[word] = append(to.list, word), n
	}
	return n
}

// pageIndexes decodes the numbers of words, each less than their count.
func (v *values) pageIndexes(p *page, to []uint32) error {
	if len(to) == 0 {
		return nil
	}
	if len(p.data) == 0 {
		return errShort
	}
	if err := decodeHybrid(to, p.data[1:], uint(p.data[0])); err != nil {
		return err
	}
	most := uint32(0)
	for _, n := range to {
		most = max(most, n)
	}
	if int64(most) >= int64(v.wordCount) {
		return damaged("word %d of a dictionary of %d", most, v.wordCount)
	}
	return nil
}

// readTexts reads a column of texts that do not repeat into to, one a row; empty where it is
// left out.
func (v *values) readTexts(f *file, g *group, name string, to []string) ([]string, error) {
	to = slices.Grow(to[:0], g.rows)[:g.rows]
	row := 0
	dictionary := words{}
	err := v.each(f, g, f.columns[name], func(p *page) error {
		rows := to[row : row+p.rows]
		row += p.rows
		err := v.pageTextsInto(p, rows, &dictionary)
		spread(rows, p, v.column.levels, "")
		return err
	})
	return to, err
}

func (v *values) pageTextsInto(p *page, rows []string, dictionary *words) error {
	switch {
	case p.values == 0: // whatever it is encoded as
	case p.isWords():
		return v.lookUp(p, rows, dictionary)
	default:
		err := v.pageTexts(p)
		copy(rows, v.texts)
		return err
	}
	return nil
}

func (v *values) lookUp(p *page, rows []string, dictionary *words) error {
	if dictionary.list == nil {
		dictionary.list = []string{""}
	}
	first, err := v.addDictionary(dictionary)
	if err != nil {
		return err
	}
	v.indexes = slices.Grow(v.indexes[:0], p.values)[:p.values]
	if err := v.pageIndexes(p, v.indexes); err != nil {
		return err
	}
	for i, n := range v.indexes {
		rows[i] = dictionary.list[first+n]
	}
	return nil
}

// pageTexts decodes the texts of a page. They share one string, which is a copy of the page.
func (v *values) pageTexts(p *page) (err error) {
	switch p.encoding {
	case format.Plain:
		v.texts, err = plainTexts(v.texts[:0], p.data, p.values)
	case format.DeltaLengthByteArray:
		v.texts, err = v.measuredTexts(p.data, p.values)
	case format.DeltaByteArray:
		v.texts, err = v.frontCoded(p.data, p.values)
	default:
		err = damaged("texts in the encoding %v; want plain, dictionary or delta", p.encoding)
	}
	return err
}

// plainTexts decodes texts each of which stands behind its length.
func plainTexts(to []string, src []byte, n int) ([]string, error) {
	if n > len(src)/4 {
		return nil, errShort
	}
	to = slices.Grow(to, n)
	for all, at := string(src), 0; n > 0; n-- {
		if at+4 > len(all) {
			return nil, errShort
		}
		length := int(binary.LittleEndian.Uint32(src[at:]))
		if at += 4; length > len(all)-at {
			return nil, errShort
		}
		to = append(to, all[at:at+length])
		at += length
	}
	return to, nil
}

// measuredTexts decodes texts that stand behind the lengths of all.
func (v *values) measuredTexts(src []byte, n int) ([]string, error) {
	v.lengths = slices.Grow(v.lengths[:0], n)[:n]
	_, src, err := decodeLengths(v.lengths, src, len(src))
	if err != nil {
		return nil, err
	}
	to, at := v.texts[:0], 0
	for all := string(src); len(to) < n; {
		length := int(v.lengths[len(to)])
		if length > len(all)-at {
			return nil, errShort
		}
		to = append(to, all[at:at+length])
		at += length
	}
	return to, nil
}

// frontCoded decodes texts of each of which the beginning is that of the one before, for so
// many bytes.
func (v *values) frontCoded(src []byte, n int) ([]string, error) {
	v.numbers, v.lengths = slices.Grow(v.numbers[:0], n)[:n], slices.Grow(v.lengths[:0], n)[:n]
	shared, src, err := decodeLengths(v.numbers, src, v.room)
	if err != nil {
		return nil, err
	}
	own, src, err := decodeLengths(v.lengths, src, len(src))
	if err != nil {
		return nil, err
	}
	if own > len(src) {
		return nil, errShort
	}
	v.room -= shared
	all := slices.Grow(v.joined[:0], shared+own)
	begin := 0 // of the text before
	for i, shared := range v.numbers {
		if int(shared) > len(all)-begin {
			return nil, errShort
		}
		before := all[begin:]
		begin = len(all)
		all = append(append(all, before[:shared]...), src[:v.lengths[i]]...)
		src = src[v.lengths[i]:]
	}
	v.joined = all
	return v.cut(string(all)), nil
}

// cut cuts the texts out of one, whose lengths are those that they share with the one before,
// and those of what is new.
func (v *values) cut(all string) []string {
	to, at := v.texts[:0], 0
	for i, shared := range v.numbers {
		length := int(shared + v.lengths[i])
		to = append(to, all[at:at+length])
		at += length
	}
	return to
}

// readNumbers reads a column of integers into to, one a row; none where it is left out. Not
// some: every row leaves it out.
func (v *values) readNumbers(f *file, g *group, c column, to []int64, none int64) (_ []int64, some bool, err error) {
	to = slices.Grow(to[:0], g.rows)[:g.rows]
	row := 0
	err = v.each(f, g, c, func(p *page) error {
		rows := to[row : row+p.rows]
		row += p.rows
		some = some || p.values > 0
		if err := v.pageNumbers(p, rows[:p.values]); err != nil {
			return err
		}
		spread(rows, p, c.levels, none)
		return nil
	})
	return to, some, err
}

func (v *values) pageNumbers(p *page, to []int64) error {
	if p.values == 0 {
		return nil
	}
	switch p.encoding {
	case format.Plain:
		return v.plainNumbers(to, p.data)
	case format.DeltaBinaryPacked:
		_, err := decodeDelta(to, p.data)
		if v.column.physical == format.Int32 {
			for i, n := range to { // the differences are those of 32 bits
				to[i] = int64(int32(n))
			}
		}
		return err
	case format.RLEDictionary, plainDictionary:
		return v.wordNumbers(p, to)
	}
	return damaged("integers in the encoding %v; want plain, dictionary or delta", p.encoding)
}

// plainNumbers decodes integers of four or eight bytes.
func (v *values) plainNumbers(to []int64, src []byte) error {
	if v.column.physical == format.Int32 {
		if len(to) > len(src)/4 {
			return errShort
		}
		for i := range to {
			to[i] = int64(int32(binary.LittleEndian.Uint32(src[4*i:])))
		}
		return nil
	}
	if len(to) > len(src)/8 {
		return errShort
	}
	for i := range to {
		to[i] = int64(binary.LittleEndian.Uint64(src[8*i:]))
	}
	return nil
}

func (v *values) wordNumbers(p *page, to []int64) error {
	if v.wordCount < 0 || v.wordCount > len(v.words)/4 {
		return damaged("a page has numbers of words, and there is no such dictionary before it")
	}
	if v.dictionary == nil {
		v.dictionary = make([]int64, v.wordCount)
		if err := v.plainNumbers(v.dictionary, v.words); err != nil {
			return err
		}
	}
	v.indexes = slices.Grow(v.indexes[:0], p.values)[:p.values]
	if err := v.pageIndexes(p, v.indexes); err != nil {
		return err
	}
	for i, n := range v.indexes {
		to[i] = v.dictionary[n]
	}
	return nil
}
