package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// statuses lists the statuses that the legend must explain.
func (s *timelineSVG) statuses(t indexedTimeline) []status {
	var seen [len(statusWords)]bool
	for _, replay := range t.replays {
		for _, d := range replay.Decisions {
			seen[statusOf(d)] = true
		}
	}
	var out []status
	for f := applied; f < fired; f++ {
		if seen[f] {
			out = append(out, f)
		}
	}
	return out
}

// mark draws the symbol of one report.
func (s *timelineSVG) mark(x, y float64, f status, title string) {
	s.open("g")
	if title != "" {
		s.element("title", title)
	}
	const r = 4.2
	switch f {
	case applied:
		s.shape("circle", "", "cx", x, "cy", y, "r", r+.3, "class", "mark")
	case refused:
		s.path("mark cross", fmt.Sprintf("M%s %sl7 7m0 -7l-7 7", num(x-3.5), num(y-3.5)))
	case noted:
		s.shape("circle", "", "cx", x, "cy", y, "r", r-.3, "class", "mark noted")
	case retracted:
		s.shape("circle", "", "cx", x, "cy", y, "r", r-.3, "class", "mark noted")
		s.path("mark strike", fmt.Sprintf("M%s %sl10 -10", num(x-5), num(y+5)))
	}
	s.shut("g")
}

// marks draws reports so that none covers another: on up to three levels, and if that
// is not enough, as numbered piles.
func (s *timelineSVG) marks(r laneRow) {
	const most, apart, height = 3, 10.5, 11.0
	shown := slices.DeleteFunc(slices.Clone(r.marks), func(m mark) bool { return m.at.Before(s.axis.from) || m.at.After(s.axis.to) })
	levels, ok := s.levels(shown, most, apart)
	if !ok {
		s.piles(shown)
		return
	}
	used := 1
	for _, l := range levels {
		used = max(used, l+1)
	}
	s.y += float64(used)*height + 2
	for i, m := range shown {
		s.mark(s.axis.x(m.at), s.y-7-float64(levels[i])*height, m.status, m.title)
	}
}

// levels gives each mark the lowest level on which it does not meet the one before it.
func (s *timelineSVG) levels(marks []mark, most int, apart float64) (levels []int, ok bool) {
	free := make([]float64, most)
	for _, m := range marks {
		x := s.axis.x(m.at)
		level := slices.IndexFunc(free, func(f float64) bool { return f <= x })
		if level < 0 {
			return nil, false
		}
		free[level] = x + apart
		levels = append(levels, level)
	}
	return levels, true
}

// piles draws, for each stretch of the axis, how many reports of each status there
// are.
func (s *timelineSVG) piles(marks []mark) {
	const wide = 30.0
	s.y += 17
	for len(marks) > 0 {
		bin := int((s.axis.x(marks[0].at) - s.axis.left) / wide)
		end := 1
		for end < len(marks) && int((s.axis.x(marks[end].at)-s.axis.left)/wide) == bin {
			end++
		}
		centre := min(s.axis.left+(float64(bin)+.5)*wide, s.axis.right-wide/2)
		s.pile(centre, marks[:end])
		marks = marks[end:]
	}
}

func (s *timelineSVG) pile(x float64, marks []mark) {
	if len(marks) == 1 {
		s.mark(x, s.y-8, marks[0].status, marks[0].title)
		return
	}
	s.open("g")
	s.element("title", pileTitle(marks))
	s.round(x-13, s.y-15, 26, 14, 3, "mark pile")
	s.text(x, s.y-4, "t mid", countWords(len(marks)))
	s.shut("g")
}

func countWords(n int) string {
	if n > 9999 {
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

// pileTitle counts the reports of a pile by status, and describes its first few.
func pileTitle(marks []mark) string {
	const most = 5
	var counts [len(statusWords)]int
	for _, m := range marks {
		counts[m.status]++
	}
	var parts []string
	for f, n := range counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, statusWords[f]))
		}
	}
	lines := []string{fmt.Sprintf("%d reports, %s to %s: %s", len(marks), day(marks[0].at), day(marks[len(marks)-1].at), strings.Join(parts, ", "))}
	for _, m := range marks[:min(most, len(marks))] {
		lines = append(lines, m.title)
	}
	return strings.Join(lines, "\n\n")
}
