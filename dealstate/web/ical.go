package web

import (
	"strings"
	"time"
	"unicode/utf8"
)

// calendar is an iCalendar object (RFC 5545) with events of no length, or of a day.
type calendar struct {
	name   string
	events []calendarEvent
}

// calendarEvent is something that is due at an instant.
type calendarEvent struct {
	uid, summary, description, url string
	at                             time.Time
	allDay                         bool // it is at some time of at's day, which is all that is shown
}

// text writes the calendar. The stamp is the one of every event (DTSTAMP): equal
// calendars of one stamp give equal bytes.
func (c calendar) text(stamp time.Time) string {
	var b icalWriter
	b.line("BEGIN", "VCALENDAR")
	b.line("VERSION", "2.0")
	b.line("PRODID", "-//dealstate//dealstate web//EN")
	b.line("CALSCALE", "GREGORIAN")
	b.line("METHOD", "PUBLISH")
	b.line("NAME", icalText(c.name))
	b.line("X-WR-CALNAME", icalText(c.name))
	b.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	for _, e := range c.events {
		b.event(e, stamp)
	}
	b.line("END", "VCALENDAR")
	return b.String()
}

// icalWriter writes content lines, folded as RFC 5545, section 3.1 has it.
type icalWriter struct{ strings.Builder }

func (b *icalWriter) event(e calendarEvent, stamp time.Time) {
	b.line("BEGIN", "VEVENT")
	b.line("UID", icalText(e.uid))
	b.line("DTSTAMP", icalInstant(stamp))
	if e.allDay {
		b.line("DTSTART;VALUE=DATE", e.at.UTC().Format("20060102"))
	} else {
		b.line("DTSTART", icalInstant(e.at))
	}
	b.line("SUMMARY", icalText(e.summary))
	b.line("DESCRIPTION", icalText(e.description))
	if e.url != "" {
		b.line("URL", e.url)
	}
	b.line("TRANSP", "TRANSPARENT")
	b.line("END", "VEVENT")
}

// mostOctets is how long a line may be without its line break.
const mostOctets = 75

// line writes one content line. A line that is too long goes on behind a line break
// and a blank, never within a character.
func (b *icalWriter) line(name, value string) {
	rest, room := name+":"+value, mostOctets
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], mostOctets-1
	}
	b.WriteString(rest + "\r\n")
}

// icalText escapes a text (section 3.3.11) and drops control characters, which no
// content line may hold.
func icalText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (r < ' ' || r == 0x7f) {
			return -1
		}
		return r
	}, text)
	return icalEscapes.Replace(text)
}

var icalEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

func icalInstant(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
