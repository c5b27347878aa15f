package plan

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/lineartest"
	"zoomtag/store/record"
)

// stranger is what somebody could write into an invitation to stall a mailbox: pieces that are repeated.
var stranger = map[string]string{
	"tags-without-space": "(#zoom)",
	"tags":               "#zoom ",
	"open-brackets":      "#zoom(",
	"options":            "#zoom(a,b,c) ",
	"guests":             "#zoom(alt=a@b.cd,alt=ab@c.de) ",
	"first-lines":        calendar.BlockFirst + "\n",
	"last-lines":         calendar.BlockLast + "\n",
	"blocks":             calendar.BlockFirst + "\nJoin: x\n" + calendar.BlockLast + "\n",
	"first-lines-inline": calendar.BlockFirst,
	"quoted-first-lines": "> " + calendar.BlockFirst + "\n",
	"urls":               "https://zoom.us/j/123456789 ",
	"urls-without-space": "https://zoom.us/j/123456789?u=",
	"schemes":            "://",
	"spaces":             " ",
	"rulers":             "-----\nFrom: ",
	"quotes":             "> ",
	"html":               "<div>&nbsp;<b>",
	"quotations":         "<blockquote>",
	"half-tags":          "<a ",
	"attributes":         `<a x="`,
	"comments":           "<!-- ",
	"scripts":            "<script>",
	"entities":           "&amp",
	"mail-headers":       "From: a\nTo: b\n",
	"mail-subjects":      "Subject:\n",
	"attributions":       "On 10:00 wrote:",
	"attribution-lines":  "On 2027\n",
	"signatures":         "-- \n",
	"signature-divs":     `<div class="gmail_signature">x`,
	"quote-divs":         `<div class="gmail_quote">x<br>`,
	"bordered-divs":      `<div style="border:none;border-top:solid">`,
	"colons":             ":",
}

// linearCases have each of them in each text of an event, and all of the plan looks at it.
func linearCases() []lineartest.Case {
	var cases []lineartest.Case
	for name, piece := range stranger {
		text := func(size int) string { return strings.Repeat(piece, max(1, size/len(piece))) }
		add := func(in string, event func(text string) calendar.Event) {
			cases = append(cases, lineartest.Case{Name: name + "/" + in, Size: 16 << 10, Make: func(size int) func() {
				ev := event(text(size))
				return func() { readAll(&ev) }
			}})
		}
		add("title", func(text string) calendar.Event { return calendar.Event{Title: text} })
		add("description", func(text string) calendar.Event { return calendar.Event{Description: text + " #zoom"} })
		add("html", func(text string) calendar.Event {
			return calendar.Event{Description: text + " #zoom",
				HTML: true}
		})
		add("wish", func(text string) calendar.Event {
			return calendar.Event{Link: calendar.Link{Tag: text, Block: calendar.BlockFirst + "\n" + text + "\n" +
				calendar.BlockLast}}
		})
	}
	add := func(name string, event func(size int) calendar.Event) {
		cases = append(cases, lineartest.Case{Name: name, Size: 1 << 10, Make: func(size int) func() {
			ev := event(size)
			return func() { readAll(&ev) }
		}})
	}
	many := func(n int, text string) []string { return strings.Split(strings.Repeat(text+"\n", n), "\n") }
	add("location", func(size int) calendar.Event {
		return calendar.Event{Location: strings.Repeat("(#zoom)", 30*size), Title: "#zoom"}
	})
	add("categories", func(size int) calendar.Event { return calendar.Event{Categories: many(size, "Zoom")} })
	add("places", func(size int) calendar.Event { return calendar.Event{Location: "x", Places: many(size, "Room")} })
	add("conferences", func(size int) calendar.Event {
		return calendar.Event{Title: "#zoom", Conferences: many(size, "https://zoom.us/j/123456789")}
	})
	return cases
}

// readAll does with an event whatever is done with one that is followed, and with one that is not.
func readAll(ev *calendar.Event) {
	ev.ID, ev.UID = "id", "uid"
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty"}
	rec := &record.Record{Calendar: "c", EventID: "id", UID: "uid", Mark: NewMark(s.Account, "uid", [10]byte{1}),
		Tag: "#zoom", TagIn: "description"}
	s.Rules.Keep = false
	Interesting(ev, &s)
	for _, r := range []*record.Record{nil, rec} {
		d := Next(Input{Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Event: ev, Rec: r, Settings: &s})
		linkFor(ev, d.Wish, rec, &s)
		WithoutTags(ev.Title, "title", d.Wish.Tags)
	}
	stillThere(ev, rec)
	OtherConference(ev, &s, "https://zoom.us/j/123456789")
	HidePasscode(ev.Title + ev.Description)
	tidy(ev.Description)
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases()) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases()) }
