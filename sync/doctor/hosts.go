package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/sync/plan"
)

// JudgeHost says what stands against everything that a host hosts. unknown says that the account has no such user.
func JudgeHost(host string, h *meeting.HostFacts, unknown bool) []Finding {
	if unknown {
		return []Finding{found(HostUnknown, "Zoom knows no user "+host+" in this account")}
	}
	if h == nil {
		return nil
	}
	var list []Finding
	switch h.Status {
	case "", "active":
	case "pending":
		list = append(list, found(HostInactive, host+" has not yet accepted the invitation to the Zoom account"))
	default:
		list = append(list, found(HostInactive, host+" is "+h.Status))
	}
	if h.Plan == meeting.NoPlan {
		list = append(list, found(NoLicence, host+" has no plan that allows meetings"))
	}
	if h.Client != "" {
		list = append(list, found(ClientVersion, host+" last used version "+h.Client+" of the Zoom app"))
	}
	return list
}

// DescribeHost says in a few words what a host may do; "" where that is not known.
func DescribeHost(host string, h *meeting.HostFacts) string {
	if h == nil || h.Plan == meeting.PlanUnknown && h.Capacity == 0 {
		return ""
	}
	parts := []string{}
	if h.Plan != meeting.PlanUnknown {
		parts = append(parts, "plan "+string(h.Plan))
	}
	if h.Capacity > 0 {
		parts = append(parts, fmt.Sprintf("%d people in a meeting", h.Capacity))
	}
	if h.Concurrent > 0 {
		parts = append(parts, "meetings at once: "+allowance(h.Concurrent, !h.Guessed))
	}
	return host + ": " + strings.Join(parts, ", ")
}

// maxOccurrence bounds what counts as one occurrence: an event of several days says little about when its meeting runs.
const maxOccurrence = 24 * time.Hour

// slot is one event on its host's time.
type slot struct {
	*Facts
	start, end time.Time
	host, room string
}

// JudgeOverlaps says which of the events, of all calendars together, are at the same time and get in each other's way:
// more of one host than the plan allows at once, or several in one room. Of a series only the next occurrence is looked
// at.
func JudgeOverlaps(all []Facts) []Finding {
	var slots []slot
	for i := range all {
		f := &all[i]
		start, end := f.span()
		hasMeeting := f.Record != nil && !f.Gone
		timed := !start.IsZero() && end.After(start) && end.Sub(start) <= maxOccurrence
		if !hasMeeting || !timed || !end.After(f.Now) {
			continue
		}
		if f.Meeting != nil && f.Meeting.Running && start.After(f.Now) {
			slots = append(slots, slot{Facts: f, start: f.Now, end: f.Now.Add(time.Minute), host: f.owner(),
				room: f.room()})
		}
		slots = append(slots, slot{Facts: f, start: start, end: end, host: f.owner(), room: f.room()})
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return a.start.Compare(b.start) })
	// Only those of one host, or in one room, get in each other's way.
	byHost, byRoom := map[string]*lane{}, map[string]*lane{}
	var list []Finding
	for _, s := range slots {
		put(byHost, s.host, s)
		put(byRoom, s.room, s)
	}
	atHost, atRoom := map[string]int{}, map[string]int{}
	said := map[string]map[Place]bool{} // of which events it was said by code
	for _, s := range slots {
		same, rivals := byRoom[s.room].beside(atRoom[s.room]), byHost[s.host].beside(atHost[s.host])
		for _, f := range s.judge(same, rivals) {
			others := rivals
			if f.Code == SharedRoom {
				others = same
			}
			if said[f.Code] == nil {
				said[f.Code] = map[Place]bool{}
			}
			if at := s.place(); !said[f.Code][at] { // one that has begun already stands twice among them
				f.Same = firstOf(others, said[f.Code])
				said[f.Code][at] = true
			}
			list = append(list, f)
		}
		atRoom[s.room]++
		atHost[s.host]++
	}
	return list
}

func (s slot) place() Place { return Place{s.Calendar, s.eventID()} }

// firstOf is the first of some events of which the same was said; zero where it was of none.
func firstOf(others []slot, said map[Place]bool) Place {
	for _, o := range others {
		if said[o.place()] {
			return o.place()
		}
	}
	return Place{}
}

// owner tells hosts apart, also those of several accounts that have one name there: "me".
func (f *Facts) owner() string {
	host := strings.ToLower(f.host())
	if m, ok := plan.ParseMark(f.Record.Mark); ok && host != "" {
		host = m.Account + " " + host
	}
	return host
}

// room names the meeting that the event's link leads to.
func (f *Facts) room() string {
	shown := plan.ShownURL(f.Record.Meeting)
	if id := plan.LinkID(shown); id != 0 {
		return fmt.Sprint(id)
	}
	return bare(shown)
}

// lane are the slots of one host, or in one room, in the order of their starts. None is longer than maxOccurrence.
type lane struct {
	slots []slot
	ends  []time.Time // the latest end of all up to each
}

// put appends a slot to the lane of a name.
func put(lanes map[string]*lane, name string, s slot) {
	l := lanes[name]
	if l == nil {
		l = &lane{}
		lanes[name] = l
	}
	end := s.end
	if n := len(l.ends); n > 0 && l.ends[n-1].After(end) {
		end = l.ends[n-1]
	}
	l.slots, l.ends = append(l.slots, s), append(l.ends, end)
}

// maxRivals bounds how many events are told of one that overlap with it, and maxLooked how many are looked at for that.
const (
	maxRivals = 50
	maxLooked = 1000
)

// beside are the slots of other events that overlap with slot i.
func (l *lane) beside(i int) []slot {
	var list []slot
	slots := l.slots
	add := func(k int) {
		if slots[k].start.Before(slots[i].end) && slots[k].end.After(slots[i].start) &&
			slots[k].Facts != slots[i].Facts {
			list = append(list, slots[k])
		}
	}
	first := max(0, i-maxLooked)
	for k := i - 1; k >= first && len(list) < maxRivals && l.ends[k].After(slots[i].start); k-- {
		add(k)
	}
	slices.Reverse(list)
	for k := i + 1; k < len(slots) && len(list) < maxRivals && slots[k].start.Before(slots[i].end); k++ {
		add(k)
	}
	return list
}

// judge says what the others in the same room, and those of the same host, mean for a slot.
func (s slot) judge(same, hosts []slot) []Finding {
	var list []Finding
	if len(same) > 0 {
		f := found(SharedRoom, "the same room as "+titles(same)+" at the same time")
		if s.Record.Room {
			f.Mend = "Move one of them: without the Zoom API there is this one room for all."
		}
		list = append(list, s.where(f))
	}
	if s.host == "" {
		return list
	}
	rivals := slices.DeleteFunc(slices.Clone(hosts), func(o slot) bool { return o.room == s.room })
	most := s.most(rivals)
	limit, sure := 1, false
	if s.Host != nil && s.Host.Concurrent > 0 {
		limit, sure = s.Host.Concurrent, !s.Host.Guessed
	}
	if most <= limit {
		return list
	}
	f := found(HostBusy, fmt.Sprintf("%s has %s at once, and the plan allows %s: also %s", s.Facts.host(),
		words.Count(most, "meeting"), allowance(limit, sure), titles(rivals)))
	if !sure && most <= 2 {
		f = f.milder(Warning)
	}
	return append(list, s.where(f))
}

// allowance says a limit, and how sure it is.
func allowance(limit int, sure bool) string {
	if sure {
		return fmt.Sprint(limit)
	}
	if limit == 1 {
		return "1, if it is Pro (2 from Business on)"
	}
	return fmt.Sprintf("%d, as far as can be seen", limit)
}

// most is how many meetings of the host run at once at some moment of the slot, its own included.
func (s slot) most(rivals []slot) int {
	type moment struct {
		at   time.Time
		room string
		more int
	}
	moments := make([]moment, 0, 2*len(rivals))
	for _, r := range rivals {
		from := r.start
		if from.Before(s.start) {
			from = s.start
		}
		moments = append(moments, moment{from, r.room, 1}, moment{r.end, r.room, -1})
	}
	// What ends at a moment has made room for what begins then.
	slices.SortFunc(moments, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.more, b.more)) })
	rooms, most := map[string]int{s.room: 1}, 1
	for _, m := range moments {
		if rooms[m.room] += m.more; rooms[m.room] == 0 {
			delete(rooms, m.room)
		}
		most = max(most, len(rooms))
	}
	return most
}

func titles(slots []slot) string {
	var list []string
	for _, s := range slots {
		name := "an event"
		if t := s.title(); t != "" {
			name = fmt.Sprintf("%q", t)
		}
		if s.Calendar != "" {
			name += " in " + s.Calendar
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return some(list)
}
