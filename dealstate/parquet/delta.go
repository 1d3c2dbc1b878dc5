package parquet

import "encoding/binary"

// maxBlock is how many differences a block may have.
const maxBlock = 1 << 16

// decodeDelta fills dst from numbers that are written as differences, and gives what is left.
func decodeDelta(dst []int64, src []byte) (rest []byte, err error) {
	var head [3]uint64 // values of a block, parts of a block, values
	for i := range head {
		if head[i], src, err = uvarint(src); err != nil {
			return nil, err
		}
	}
	block, parts := head[0], head[1]
	if parts == 0 || parts > block || block > maxBlock || block%parts != 0 || block/parts%8 != 0 {
		return nil, damaged("blocks of %d differences in %d parts", block, parts)
	}
	if head[2] != uint64(len(dst)) {
		return nil, damaged("%d values; want %d", head[2], len(dst))
	}
	last, src, err := varint(src)
	if err != nil || len(dst) == 0 {
		return src, err
	}
	dst[0] = last
	for dst = dst[1:]; len(dst) > 0; {
		if dst, last, src, err = decodeBlock(dst, last, src, int(parts), int(block/parts)); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// decodeBlock decodes one block, in so many parts of so many values, behind the last value.
func decodeBlock(dst []int64, last int64, src []byte, parts, per int) (restOfDst []int64, newLast int64, rest []byte, err error) {
	least, src, err := varint(src)
	if err != nil || len(src) < parts {
		return nil, 0, nil, errShort
	}
	widths, src := src[:parts], src[parts:]
	for _, width := range widths {
		if len(dst) == 0 {
			break
		}
		size := per * int(width) / 8
		if width > 64 || size > len(src) {
			return nil, 0, nil, errShort
		}
		n := min(per, len(dst))
		last = addDifferences(dst[:n], src[:size], uint(width), least, last)
		dst, src = dst[n:], src[size:]
	}
	return dst, last, src, nil
}

// addDifferences adds one difference of so many bits after the other, each more than the least.
func addDifferences(dst []int64, src []byte, width uint, least, last int64) int64 {
	if width == 0 {
		for i := range dst {
			last += least
			dst[i] = last
		}
		return last
	}
	mask, bit := ^uint64(0)>>(64-width), uint(0)
	for i := range dst {
		word := load(src, bit/8) >> (bit % 8)
		if bit%8+width > 64 {
			word |= uint64(src[bit/8+8]) << (64 - bit%8)
		}
		last += least + int64(word&mask)
		dst[i] = last
		bit += width
	}
	return last
}

func uvarint(src []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(src)
	if n <= 0 {
		return 0, nil, errShort
	}
	return v, src[n:], nil
}

// varint reads a signed number, in zigzag.
func varint(src []byte) (int64, []byte, error) {
	v, rest, err := uvarint(src)
	return int64(v>>1) ^ -int64(v&1), rest, err
}

// decodeLengths fills dst with lengths, none negative, whose sum is at most max.
func decodeLengths(dst []int64, src []byte, max int) (sum int, rest []byte, err error) {
	if rest, err = decodeDelta(dst, src); err != nil {
		return 0, nil, err
	}
	for _, n := range dst {
		if n < 0 || n > int64(max-sum) {
			return 0, nil, damaged("texts of more than %d bytes", max)
		}
		sum += int(n)
	}
	return sum, rest, nil
}
