package ical

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/lineartest"
)

// grown are files that grow: each is made of pieces, which get the number that they are.
var grown = map[string]struct {
	head, piece, tail string
	per               int // bytes of the input's size that a piece stands for
}{
	"events":      {"", "BEGIN:VEVENT\r\nUID:u%d\r\n" + when + "\r\nEND:VEVENT\r\n", event0, 60},
	"uids-folded": {"", "BEGIN:VEVENT\r\nU\r\n ID:u%d\r\nEND:VEVENT\r\n", event0, 40},
	"exceptions": {event0,
		"BEGIN:VEVENT\r\nUID:u1\r\nRECURRENCE-ID:20260301T1000%02dZ\r\nATTENDEE:mailto:a%[1]d@b.cd\r\nSUMMARY:x\r\nEND:VEVENT\r\n", "", 100},
	"masters":     {event0, "BEGIN:VEVENT\r\nUID:u1\r\nSUMMARY:x%d\r\nEND:VEVENT\r\n", "", 60},
	"calendar":    {"", "X-A:%d\r\n", event0, 8},
	"zones":       {"", "BEGIN:VTIMEZONE\r\nTZID:z%d\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:v%[1]d\r\nDTSTART;TZID=z%[1]d:20270101T100000\r\nEND:VEVENT\r\n", event0, 120},
	"one-zone":    {"BEGIN:VTIMEZONE\r\nTZID:z\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n", "BEGIN:VEVENT\r\nUID:v%d\r\nDTSTART;TZID=z:20270101T100000\r\nEND:VEVENT\r\n", event0, 80},
	"properties":  {in, "X-A:%d\r\n", out, 8},
	"conferences": {in, "CONFERENCE:https://zoom.us/j/%d\r\n", out, 32},
	"marks":       {in, "X-ZOOMTAG-MARK:%d\r\n", out, 20},
	"alarms":      {in, "BEGIN:VALARM\r\nACTION:%d\r\nEND:VALARM\r\n", out, 40},
	"attendees":   {in, "ATTENDEE;CN=a;ROLE=x:mailto:a%d@b.cd\r\n", out, 40},
	"categories":  {in, "CATEGORIES:a%d,b\r\n", out, 20},
	"rdates":      {in, "RDATE:202603%02dT100000Z\r\n", out, 24},
	"days-off":    {in, "EXDATE;VALUE=DATE:202603%02d\r\nRDATE:202603%[1]02dT100000Z\r\n", out, 52},
	"exdates": {in + "EXDATE;X=" + strings.Repeat("y", 1000) + ":", "20260301T100000Z,", "20260301T100000Z\r\n" +
		out, 17},
	"rules":       {in, "RRULE:FREQ=DAILY;COUNT=2\r\n", out, 28},
	"rule-parts":  {in + "RRULE:FREQ=DAILY;COUNT=2", ";X-A=%d", "\r\n" + out, 8},
	"exrules":     {in, "EXRULE:FREQ=DAILY\r\n", out, 20},
	"text":        {in + "DESCRIPTION:", `a\nb\, %d`, "\r\n" + out, 8},
	"cuts":        {in + "DESCRIPTION:", `cut\nx`, "\r\n" + out, 6},
	"html-cuts":   {in + "X-ALT-DESC:", `cut<p>`, "\r\n" + out, 6},
	"text-folded": {in + "DESCRIPTION:", "words\r\n ", "\r\n" + out, 8},
	"returns":     {in + "DESCRIPTION:", "\r", "x\r\n" + out, 1},
	"backslashes": {in + "DESCRIPTION:", `\`, "\r\n" + out, 1},
	"no-colon":    {in, "none\r\n", out, 6},
	"blank":       {in, "\r\n", out, 2},
	"name-folded": {in, "X\r\n -A:%d\r\n", out, 10},
	"params":      {in + "DTEND", ";X=%d", ":20270101T110000Z\r\n" + out, 6},
	"quotes":      {in + `X-A;B="`, `"`, ":x\r\n" + out, 1},
	"nested":      {in, "BEGIN:X\r\nEND:X\r\n", out, 16},
	"location":    {in + "LOCATION:", "Room, ", "\r\n" + out, 6},
	"objects": {"", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:z\r\nBEGIN:STANDARD\r\nDTSTART:19700101T0000%02d\r\n" +
		"TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:v%[1]d\r\nDTSTART;TZID=z:20270101T100000\r\nEND:VEVENT\r\n",
		event0, 250},
	"observances": {"BEGIN:VTIMEZONE\r\nTZID:z\r\n",
		"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n", "END:VTIMEZONE\r\n" +
			event0, 80},
	"observance": {"BEGIN:VTIMEZONE\r\nTZID:z\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\n",
		"RDATE:19710101T0000%02d\r\n", "END:STANDARD\r\nEND:VTIMEZONE\r\n" + event0, 24},
	"zone-names":   {"", "BEGIN:VTIMEZONE\r\nTZID:z\r\nEND:VTIMEZONE\r\n", event0, 44},
	"floating-uid": {in, "UID:u%d\r\n", out, 8},
}

const (
	in     = "BEGIN:VEVENT\r\nUID:u1\r\nDTSTART;TZID=z:20270101T100000\r\nDTSTAMP:20260101T000000Z\r\n"
	out    = "END:VEVENT\r\n"
	event0 = in + "SUMMARY:Talk\r\n" + out
)

// linearLimits leave room for files that are as large as a folder takes.
var linearLimits = Limits{Bytes: 16 << 20, Head: 64 << 10, Depth: 10, Params: 1000}

func linearCases() []lineartest.Case {
	var cases []lineartest.Case
	for name, g := range grown {
		cases = append(cases, lineartest.Case{Name: name, Size: 16 << 10, Make: func(size int) func() {
			var b strings.Builder
			b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + g.head)
			for i := range max(1, size/g.per) {
				piece := g.piece
				if strings.Contains(piece, "%") {
					piece = fmt.Sprintf(piece, i%28+1)
					if slices.Contains([]string{"events", "zones", "one-zone", "objects"}, name) {
						seconds, number := fmt.Sprintf("%02d", i%60), strconv.Itoa(i)
						piece = strings.NewReplacer("%02d", seconds, "%d", number, "%[1]d", number).Replace(g.piece)
					}
				}
				b.WriteString(piece)
			}
			b.WriteString(g.tail + "END:VCALENDAR\r\n")
			raw := []byte(b.String())
			return func() { readAll(raw) }
		}})
	}
	return cases
}

// readAll reads all that can be read of a file, and edits one event of it.
func readAll(raw []byte) {
	if _, err := Look(raw, linearLimits); err != nil {
		return
	}
	Lower(nil, raw)
	d, err := Parse(raw, linearLimits)
	if err != nil {
		return
	}
	d.Zones()
	for _, uid := range d.UIDs() { // the errors are part of what is read
		_, _, _ = d.Event(uid, time.UTC, testNow)
		_, _, _ = d.Describe(uid, time.UTC)
		_, _ = d.Sum(uid)
		Lower(nil, d.Part(uid))
	}
	for _, e := range []Edit{set(), unset(), {Now: testNow, Splice: cuts, SpliceHTML: cuts}} {
		e.Limits = linearLimits
		if d, err = d.SetLink("u1", e); err != nil {
			return
		}
	}
}

// cuts takes each "cut" out of a text.
func cuts(text string) (list []Replacement) {
	for pos := 0; ; pos += len("cut") {
		i := strings.Index(text[pos:], "cut")
		if i < 0 {
			return list
		}
		pos += i
		list = append(list, Replacement{pos, pos + len("cut"), ""})
	}
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }

// TestColumn: a column is that of the physical line, in whatever order it is asked for.
func TestColumn(t *testing.T) {
	raw := []byte("ab\r\n\r\ncdefgh\r\ni\r\n")
	b := editor{doc: &Doc{raw: raw, eol: '\n'}}
	for seed := range 1000 {
		at := seed * seed * 7 % (len(raw) + 1)
		if got, want := b.column(int32(at)), at-1-strings.LastIndexByte(string(raw[:at]), '\n'); got != want {
			t.Fatalf("column(%d) = %d, want %d", at, got, want)
		}
	}
}
