package doctor

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/links"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// JudgeLink says what is wrong with one link. Without findings nothing is known against it. What the other events mean
// for it is JudgeOverlaps' to say, and what its host means for all links JudgeHost's.
func JudgeLink(f Facts) []Finding {
	j := judge{Facts: &f, link: parse(f.Link)}
	if f.Link != "" && j.text() {
		return j.found
	}
	j.meeting()
	j.entry()
	j.plan()
	return j.found
}

// judge collects the findings about one link.
type judge struct {
	*Facts
	link  link
	found []Finding
}

func (j *judge) add(f Finding) { j.found = append(j.found, j.where(f)) }

// own reports whether the link is zoomtag's.
func (j *judge) own() bool { return j.Record != nil }

// text judges what can be seen of the link alone. It reports whether the rest does not matter any more.
func (j *judge) text() (hopeless bool) {
	l := j.link
	for _, other := range j.Others {
		j.add(found(SeveralLinks, "the event also shows "+Mask(other)))
	}
	if j.elsewhere() {
		return true
	}
	if checker := links.Checker(l.raw); checker != "" {
		j.add(found(WrappedLink, checker+" is wrapped around it, a link checker"))
	}
	switch l.secret {
	case "zak", "start":
		j.add(found(StartLink, map[string]string{"zak": "it holds the host's key (zak)",
			"start": "it is the link to start the meeting"}[l.secret]))
		return !j.own()
	case "tk":
		j.add(found(PersonalLink, "it holds the key (tk) of one registered person"))
	}
	if how := l.broken(j.Text); how != "" {
		j.add(found(BrokenLink, how))
		return !j.own()
	}
	if l.way == elsewhere {
		j.add(found(NotAJoinLink, "it leads to a page of "+l.host))
		return !j.own()
	}
	if !j.own() && j.Keeper != "" {
		j.add(found(SecondEvent, "its meeting is that of "+j.Keeper))
		return true
	}
	if !j.own() {
		j.add(found(ForeignLink, "Zoom tells nobody but its host whether the meeting is still there"))
		if l.way == registers {
			j.add(found(Registration, "it leads to the page on which guests register first"))
		}
		if l.way == joins && l.pwd == "" && l.id != "" {
			j.add(found(NoPasscode, "it carries no passcode; if the meeting has one, you are asked for it").milder(Note).mended("Ask the host for the passcode."))
		}
		return true
	}
	return false
}

// elsewhere judges a link that is not Zoom's.
func (j *judge) elsewhere() bool {
	l := j.link
	switch {
	case l.looksLikeZoom():
		j.add(found(LookAlike, "it leads to "+l.host+", which is not Zoom's"))
	case links.HiddenOn(l.url) != "" && parse("https://"+links.HiddenOn(l.url)).looksLikeZoom():
		j.add(found(LookAlike, "it leads to "+links.HiddenOn(l.url)+", which is not Zoom's"))
	case !l.zoom && links.Checker(l.url) != "":
		j.add(found(WrappedLink, l.host+" is wrapped around it, a link checker that nobody else can look into"))
	case !l.zoom:
		what := "it leads to " + orWord(l.host, "no host at all")
		if place, ok := links.Classify(l.url); ok {
			what += " (" + place.Service + ")"
		}
		j.add(found(NotZoom, what+", not to Zoom"))
	}
	return !l.zoom
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// meeting judges whether the link leads to the meeting that it should.
func (j *judge) meeting() {
	if !j.own() {
		return
	}
	if j.Link == "" {
		what := "the event does not show the link of meeting " + fmt.Sprint(j.Record.MeetingID)
		if j.Event != nil && j.Event.Denied+j.Event.Sealed != "" {
			what += ": " + words.Join(j.Event.Denied+j.Event.Sealed, j.Event.Cure)
		}
		j.add(found(LinkMissing, what))
	}
	switch {
	case j.Gone:
		j.gone()
		return
	case j.Meeting == nil:
		if j.Unasked != "" {
			j.add(found(Unread, j.Unasked))
		}
		j.compare(plan.ShownURL(j.Record.Meeting), j.Record.Meeting.Passcode != "")
		return
	}
	j.compare(plan.ShownURL(j.Meeting.Meeting), j.Meeting.Passcode != "")
	j.times()
}

// Lifetimes of meetings at Zoom, and how long a deleted one can be recovered.
const (
	singleLife  = 30 * 24 * time.Hour
	lastingLife = 365 * 24 * time.Hour
	trashLife   = 7 * 24 * time.Hour
)

// gone tells a meeting that has expired from one that was deleted.
func (j *judge) gone() {
	m, told := j.Record.Meeting, j.Record.Told
	toldToLast := told != nil && (told.Kind == meeting.Lasting || told.Kind == meeting.Personal)
	lasting := toldToLast || m.Start.IsZero()
	until := m.Start.Add(m.Duration + singleLife)
	switch {
	case !lasting && j.Now.After(until):
		j.add(found(Expired, "meeting "+fmt.Sprint(j.Record.MeetingID)+" expired on "+until.UTC().Format(time.DateOnly)+
			", 30 days after its date"))
	case lasting:
		j.add(found(Deleted, "Zoom has no meeting "+fmt.Sprint(j.Record.MeetingID)+
			" any more: it was deleted, or nobody started it for 365 days").mended(j.recovery()))
	default:
		j.add(found(Deleted, "Zoom has no meeting "+fmt.Sprint(j.Record.MeetingID)+
			" any more: it was deleted").mended(j.recovery()))
	}
}

func (j *judge) recovery() string {
	mend := of(Deleted).Mend
	if lost := j.Record.LostAt; !lost.IsZero() {
		mend = strings.Replace(mend, "within 7 days", "until "+lost.Add(trashLife).UTC().Format(time.DateOnly)+
			" at the latest", 1)
	}
	return mend
}

// compare holds the link that is shown against the one that would be right.
func (j *judge) compare(right string, hasPasscode bool) {
	shown, should := j.link, parse(right)
	nothing := j.Link == "" || right == ""
	switch {
	case nothing || shown.way == starts || shown.broken(j.Text) != "": // said already
		return
	case shown.way != should.way && shown.way != admits, shown.id != should.id, should.id == "" &&
		bare(shown.url) != bare(should.url):
		j.add(found(OtherMeeting, "the event shows "+Mask(j.Link)+", and zoomtag keeps "+Mask(right)))
	case shown.pwd == "" && should.pwd != "":
		j.add(found(NoPasscode, "the passcode was cut off from the link").mended("Run zoomtag sync, which writes the " +
			"link again, and see which app shortens it."))
	case shown.pwd == "" && hasPasscode && should.way == joins:
		j.add(found(NoPasscode, "the meeting has a passcode, and Zoom leaves it out of the link"))
	case shown.pwd == should.pwd:
	case should.pwd != "" && strings.HasPrefix(should.pwd, shown.pwd):
		j.add(found(BrokenLink, "the end of its passcode is missing"))
	case should.pwd == "" && !hasPasscode: // a passcode that is not asked for does no harm
	default:
		j.add(found(Rotated, "the passcode in the link is no longer the meeting's"))
	}
}

// bare is a URL without its query.
func bare(url string) string {
	before, _, _ := strings.Cut(url, "?")
	return strings.TrimRight(strings.ToLower(before), "/")
}

// unused is for how long a recurring meeting may have stood unused before that is worth a word.
const unused = lastingLife - singleLife

// times judges when the meeting is, and how long it will be there.
func (j *judge) times() {
	m := j.Meeting
	start, _ := j.span()
	if m.Recurring || m.PersonalRoom {
		if !m.PersonalRoom {
			j.unused()
		}
		return
	}
	if j.Record.Told != nil && !j.Record.Told.Start.IsZero() {
		start = j.Record.Told.Start
	}
	series := j.Event != nil && j.Event.Series
	if series || start.IsZero() || m.Start.IsZero() {
		return
	}
	if end := m.Start.Add(m.Duration + singleLife); start.After(end) {
		j.add(found(Expiring, "Zoom has it on "+m.Start.UTC().Format(time.DateOnly)+", and lets it expire on "+
			end.UTC().Format(time.DateOnly)+", before the event").
			mended(of(OtherTime).Mend))
		return
	}
	if off := start.Sub(m.Start).Abs(); off >= time.Minute && m.Start.After(j.Now) {
		j.add(found(OtherTime, "Zoom has it at "+clock(m.Start)+", the event is at "+clock(start)))
	}
}

// unused judges a meeting that recurs: it expires when nobody starts it for a year. When that was last done is known of
// our own; else it is only known when the meeting was made.
func (j *judge) unused() {
	used, created := j.Record.UsedAt, j.Meeting.Created
	switch {
	case !used.IsZero() && j.Now.Sub(used) > unused:
		j.add(found(Expiring, "nobody has started it since "+used.UTC().Format(time.DateOnly)+
			"; it expires after 365 days, and its event gets a new link a week before that"))
	case used.IsZero() && !created.IsZero() && j.Now.Sub(created) > unused:
		j.add(found(Expiring, "it was made on "+created.UTC().Format(time.DateOnly)+
			"; if nobody starts it for 365 days, it expires").milder(Note))
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }
