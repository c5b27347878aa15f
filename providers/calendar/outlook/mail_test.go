package outlook_test

import (
	"net/http"
	"testing"
	"time"

	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/meeting/meetingtest"
)

// patches counts the writing requests so far.
func (o *office) patches() (n int) {
	for _, r := range o.server.Requests() {
		if r.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// mailed checks how many mails the events' single attendees were sent since the last time.
func (o *office) mailed(when string, want int) {
	o.t.Helper()
	if got := o.server.Mails(); len(got) != want {
		o.t.Errorf("%s: %d mails and not %d: %+v", when, len(got), want, got)
	}
	o.server.ResetMails()
}

// TestAttendeesHearOnce: Exchange mails the attendees of an event for each write that touches what they see. They hear
// of a link once, and then only when it is another one.
func TestAttendeesHearOnce(t *testing.T) {
	for name, options := range map[string]outlooktest.Options{
		"plain": {}, "safe links": {SafeLinks: true}, "bump": {Bump: true}, "all of it": {SafeLinks: true, Bump: true,
			PageLimit: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hearOnce(t, options)
		})
	}
}

func hearOnce(t *testing.T, options outlooktest.Options) {
	o := newOffice(t, options)
	ids := []string{o.meet("Talk #zoom", 7), o.meet("Call #zoom", 8)}
	o.Pass()
	o.mailed("two new links", 2)
	if options.Bump { // versions that have changed by themselves are looked at once
		o.Pass()
		o.Pass()
	}
	o.polls(1000)

	o.Start() // a new process does not know its own writes, and looks at them once
	o.Pass()
	o.polls(200)

	// What the meeting is told changes, and what is seen of it does not.
	updates := o.Zoom.Updates()
	o.retitle(ids[0], "Talk #zoom(no-waiting-room)")
	o.Passes()
	if o.Zoom.Updates() != updates+1 {
		t.Errorf("%d updates after a changed tag", o.Zoom.Updates()-updates)
	}
	o.mailed("a tag that changes nothing to be seen", 0)

	// The passcode is changed at Zoom, which shows when the meeting is told something.
	meeting := o.meetingOf(ids[0])
	o.Zoom.OwnerEdit(meeting.ID, func(l *meetingtest.Live) { l.Passcode = "another" })
	o.retitle(ids[0], "Talk two #zoom")
	o.Passes()
	o.mailed("another passcode", 1)
	if now := o.meetingOf(ids[0]); now.ID != meeting.ID || now.JoinURL == meeting.JoinURL {
		t.Errorf("the meeting was %+v and is %+v", meeting, now)
	}

	// The meeting is deleted at Zoom: there is a new one.
	o.Zoom.OwnerDelete(meeting.ID)
	o.retitle(ids[0], "Talk three #zoom")
	o.Passes()
	o.mailed("another meeting", 1)
	if now := o.meetingOf(ids[0]); now.ID == meeting.ID {
		t.Error("there is no new meeting")
	}

	o.retitle(ids[0], "Talk three")
	o.Passes()
	o.mailed("no link any more", 1)
}

// polls has nothing happen for a number of passes.
func (o *office) polls(passes int) {
	o.t.Helper()
	written, commits := o.patches(), o.Commits
	for i := range passes {
		// all in all less than an hour, after which it is noted that the calendar was read
		o.clock.Advance(2 * time.Second)
		before := len(o.server.Requests())
		if report := o.Pass(); !report.OK || len(report.Events) > 0 {
			o.t.Fatalf("pass %d: %+v", i, report)
		}
		if n := len(o.server.Requests()) - before; n != 1 {
			o.t.Fatalf("pass %d, in which nothing has changed, made %d requests", i, n)
		}
	}
	if n := o.Commits - commits; n > 1 { // one when the last changes are old enough to be asked for no longer
		o.t.Errorf("%d commits in %d passes in which nothing has changed", n, passes)
	}
	if n := o.patches() - written; n != 0 {
		o.t.Errorf("%d writes", n)
	}
	o.mailed("passes without news", 0)
}

// meetingOf is the meeting whose link an event shows.
func (o *office) meetingOf(id string) meetingtest.Live {
	o.t.Helper()
	ev, err := o.connect().Get(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, m := range o.Zoom.Meetings() {
		if m.Mark == ev.Link.Mark && m.JoinURL == ev.Link.JoinURL {
			return m
		}
	}
	o.t.Fatalf("%s shows %+v, which Zoom does not have", id, ev.Link)
	return meetingtest.Live{}
}
