package parquet

import "encoding/binary"

// Levels and the numbers of words in a dictionary are written as a hybrid of run lengths and
// bit packing. These decoders take as many values as there should be, whatever a run says of
// its length, and read no byte beyond what they are given.

// decodeHybrid fills dst.
func decodeHybrid(dst []uint32, src []byte, width uint) error {
	if width > 32 {
		return damaged("numbers of %d bits; want at most 32", width)
	}
	for len(dst) > 0 {
		head, n := binary.Uvarint(src)
		if n <= 0 {
			return errShort
		}
		src = src[n:]
		var taken, bytes int
		if count := head >> 1; head&1 == 0 {
			taken, bytes = int(min(count, uint64(len(dst)))), int(width+7)/8
			if bytes > len(src) {
				return errShort
			}
			fill(dst[:taken], uint32(load(src[:bytes], 0)))
		} else {
			count = min(count, uint64(len(dst)+7)/8) // groups of eight
			taken = min(int(count)*8, len(dst))
			if (taken*int(width)+7)/8 > len(src) {
				return errShort
			}
			unpack(dst[:taken], src, width)
			bytes = min(int(count*uint64(width)), len(src))
		}
		dst, src = dst[taken:], src[bytes:]
	}
	return nil
}

// oneRun gives the value of the first run, if it is long enough for all n values.
func oneRun(src []byte, n int, width uint) (value uint32, ok bool) {
	head, at := binary.Uvarint(src)
	bytes := int(width+7) / 8
	if at <= 0 || head&1 != 0 || head>>1 < uint64(n) || at+bytes > len(src) {
		return 0, false
	}
	return uint32(load(src[at:at+bytes], 0)), true
}

func fill(dst []uint32, value uint32) {
	for i := range dst {
		dst[i] = value
	}
}

// unpack reads numbers of so many bits, at most 32, one behind the other.
func unpack(dst []uint32, src []byte, width uint) {
	mask, bit := uint64(1)<<width-1, uint(0)
	for i := range dst {
		dst[i] = uint32(load(src, bit/8) >> (bit % 8) & mask)
		bit += width
	}
}

// load gives the eight bytes from a place on; what lies beyond the end is zero.
func load(src []byte, at uint) uint64 {
	if at+8 <= uint(len(src)) {
		return binary.LittleEndian.Uint64(src[at:])
	}
	var word uint64
	for i := at; i < uint(len(src)); i++ {
		word |= uint64(src[i]) << (8 * (i - at))
	}
	return word
}
