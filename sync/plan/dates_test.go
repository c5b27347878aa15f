package plan

import (
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestLinkGoesAroundADate: the link of a series leaves a date alone that shows one of its own, when it comes and when
// it goes; and a wish that was taken out of sight in the series is none of a date.
func TestLinkGoesAroundADate(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	date := calendar.DateName(start, false)
	whole := calendar.Link{Mark: NewMark(AccountHash("ours"), "uid", [10]byte{2}), Tag: "#zoom(45m)",
		JoinURL: "https://us02web.zoom.us/j/85000000002"}
	whole.Block = calendar.BlockFirst + "\nJoin: " + whole.JoinURL + "\n" + calendar.BlockLast
	own := calendar.Link{Mark: NewMark(AccountHash("ours"), calendar.JoinDate("uid", date), [10]byte{3})}
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Course", Start: start, End: start.Add(time.Hour), Series: true,
		Exceptions: []calendar.Exception{
			{ID: "x", Date: date, Title: "Guests", Start: start, End: start.Add(time.Hour), Link: own},
			{ID: "y", Date: "20260401T080000Z", Title: "Exam", Start: start, End: start.Add(time.Hour), Link: whole,
				Description: whole.Block}}}
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Location: "if-empty",
		Grace: 10 * time.Minute}
	if list := Dates(&ev, &s); len(list) != 1 || list[0].ID != "id/"+date || !Interesting(&ev, &s) {
		t.Errorf("%+v have to do with us", list)
	}
	if exam, _ := ev.Date("20260401T080000Z"); FindWish(&exam, s.Rules).Asked {
		t.Error("the wish of the series is taken for that of a date")
	}
	rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Host: "alice@example.com", Mark: whole.Mark,
		MeetingID: 85000000002, Meeting: meeting.Meeting{ID: 85000000002, JoinURL: whole.JoinURL}}
	tagged, linked := ev, ev
	tagged.Title = "Course #zoom"
	spec, _, _ := specFor(&tagged, FindWish(&tagged, s.Rules), &s, nil)
	rec.Told = &spec
	d := Next(Input{Now: now, Event: &tagged, Rec: &rec, Settings: &s})
	if d.Do != SetLink || !slices.Equal(d.Link.Apart, []string{"x"}) {
		t.Errorf("with a tag: %q, around %q", d.Do, d.Link.Apart)
	}
	rec.EndingAt, linked.Link, linked.Description = now, whole, whole.Block
	linked.Link.Tag = ""
	d = Next(Input{Now: now, Event: &linked, Rec: &rec, Settings: &s})
	if d.Do != Unlink || !slices.Equal(d.Link.Apart, []string{"x"}) {
		t.Errorf("without a tag: %q, around %q", d.Do, d.Link.Apart)
	}
}
