package lists

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/reason"
)

// Answer is what came of asking a list.
type Answer struct {
	At   time.Time
	Roll calendar.Roll
	Err  error
}

// News is what an answer has changed, by the names of the calendars.
type News struct {
	Came []string
	Left []string // they are held, unless nothing was kept of them
	Back []string // they had left
	// Moved are those that have another address by now, and keep their calendar's name.
	Moved []string
}

// Any reports whether anything has changed.
func (n News) Any() bool { return len(n.Came)+len(n.Left)+len(n.Back)+len(n.Moved) > 0 }

// The brake, as for events: a list that lacks more members than brakeCount, and more than a third of them, is not
// believed.
const brakeCount = 5

// maxFaults is how many faults of a list are remembered.
const maxFaults = 20

// Around is what decides what becomes of a list's members beside the list itself.
type Around struct {
	// Open reports whether a calendar has meetings that are kept: whoever has left and has none is forgotten.
	Open func(calendar string) bool
	// Others are the other lists: whoever comes gets no name that is somebody else's there.
	Others []record.List
}

// Next is what is to be remembered of a list after an answer.
func Next(name string, was record.List, a Answer, around Around) (record.List, News) {
	now := was
	now.TriedAt, now.Until = a.At, time.Time{}
	if a.Err != nil {
		now.Error, now.Code, now.Cure = words.Cause(a.Err), string(codeOf(a.Err)), words.Cure(a.Err)
		var slow *calendar.Throttled
		if errors.As(a.Err, &slow) {
			now.Until = slow.Until.UTC()
			now.Error = words.Cause(slow.Err)
			now.Cure = "it is asked again after " + now.Until.Format("2006-01-02 15:04 UTC")
		}
		return now, News{}
	}
	missing := missingFrom(was, a.Roll)
	if why := unbelievable(name, was, a.Roll, missing); !why.None() {
		now.Error, now.Code, now.Cure = why.Plain(), string(why.Code()), why.Cure()
		now.Missing = missing
		return now, News{}
	}
	now.ReadAt = a.At
	now.Error, now.Code, now.Cure = "", "", ""
	now.Missing, now.Released = nil, nil
	now.Faults, now.Faulty = nil, len(a.Roll.Faults)
	for _, fault := range a.Roll.Faults[:min(len(a.Roll.Faults), maxFaults)] {
		now.Faults = append(now.Faults, words.Pair(words.Cause(fault), words.Cure(fault)))
	}
	t := &turn{at: a.At, before: was.ReadAt, open: around.Open,
		taken: map[string]string{}, elsewhere: map[string]*record.Member{}}
	for i := range around.Others {
		for j := range around.Others[i].Members {
			m := &around.Others[i].Members[j]
			t.elsewhere[m.Name] = m
		}
	}
	t.take(was, a.Roll)
	now.Members = t.members
	return now, t.news
}

// codeOf is the code of what is wrong with a list that cannot be read.
func codeOf(err error) reason.Code {
	if code := reason.In(err); code != "" {
		return code
	}
	return reason.ListUnreadable
}

// missingFrom are the IDs of those that a roll lacks. Where something of it cannot be understood, nobody is missing: it
// may be them.
func missingFrom(was record.List, roll calendar.Roll) (missing []string) {
	if len(roll.Faults) > 0 {
		return nil
	}
	there := map[string]bool{}
	for i := range roll.Members {
		there[roll.Members[i].ID] = true
	}
	for i := range was.Members {
		if m := &was.Members[i]; !m.Left() && !there[m.ID] {
			missing = append(missing, m.ID)
		}
	}
	return missing
}

// unbelievable says why nothing is concluded from a roll.
func unbelievable(name string, was record.List, roll calendar.Roll, missing []string) reason.Reason {
	active := 0
	for i := range was.Members {
		if !was.Members[i].Left() {
			active++
		}
	}
	lost := 0
	for _, id := range missing {
		if !slices.Contains(was.Released, id) {
			lost++
		}
	}
	many := lost > brakeCount && lost*3 > active
	release := "if that is right, run zoomtag release " + name
	switch {
	case len(roll.Members) == 0 && lost > 0:
		return reason.ListShrunken.Because(fmt.Sprintf("nobody is on it any more, and %s %s before; nothing is changed",
			words.Count(active, "member"), wasOrWere(active))).Mend(release)
	case len(roll.Members) == 0 && len(was.Members) == 0 && len(roll.Faults) == 0:
		return reason.ListShrunken.Because("nobody is on it").Mend("look whether it is the right list, and whether zoomtag " +
			"may see who is on it")
	case many:
		return reason.ListShrunken.Because(fmt.Sprintf("%d of its %s are missing at once; nothing is changed", lost,
			words.Count(active, "member"))).Mend(release)
	}
	return reason.Reason{}
}

func wasOrWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// turn is the change from one roll to the next.
type turn struct {
	at      time.Time
	before  time.Time // when the list was read before
	open    func(string) bool
	members []record.Member
	taken   map[string]string // who has a name, by ID
	// elsewhere is who has a name on another list.
	elsewhere map[string]*record.Member
	news      News
}

// take takes a roll over.
func (t *turn) take(was record.List, roll calendar.Roll) {
	before := map[string]record.Member{}
	for _, m := range was.Members {
		before[m.ID] = m
		t.taken[m.Name] = m.ID
	}
	for i := range roll.Members {
		t.present(before, &roll.Members[i])
		delete(before, roll.Members[i].ID)
	}
	for _, m := range was.Members {
		if _, missing := before[m.ID]; missing {
			t.absent(m, len(roll.Faults) > 0)
		}
	}
	slices.SortFunc(t.members, func(a, b record.Member) int { return strings.Compare(a.ID, b.ID) })
}

// present takes over one that the list names.
func (t *turn) present(before map[string]record.Member, m *calendar.Member) {
	now := record.Member{ID: m.ID, Provider: m.Provider, Subject: m.Subject, Calendar: m.Calendar, Host: m.Host,
		Called: m.Called}
	was, known := before[m.ID]
	switch {
	case known:
		now.Name = was.Name
		if was.Left() {
			t.news.Back = append(t.news.Back, now.Name)
		} else if !strings.EqualFold(was.Subject, now.Subject) {
			t.news.Moved = append(t.news.Moved, now.Name)
		}
	default:
		now.Name = t.free(m)
		t.news.Came = append(t.news.Came, now.Name)
	}
	t.taken[now.Name] = now.ID
	t.members = append(t.members, now)
}

// absent keeps one that the list does not name; perhaps it does, where it cannot be understood to the end.
func (t *turn) absent(m record.Member, perhaps bool) {
	if perhaps {
		if m.SeenAt.IsZero() {
			m.SeenAt = t.before
		}
		t.members = append(t.members, m)
		return
	}
	if !m.Left() {
		m.LeftAt = t.at
		t.news.Left = append(t.news.Left, m.Name)
	}
	if t.open(m.Name) {
		t.members = append(t.members, m)
	}
}

// free is a name for the calendar of one that has come, which nobody else has. It depends on the member alone unless
// somebody has it.
func (t *turn) free(m *calendar.Member) string {
	name := configs.NameOf(m.Name)
	_, taken := t.taken[name]
	if other := t.elsewhere[name]; other != nil && !isOne(other, m) {
		taken = true
	}
	if whole := name != "" && len(name) >= len(m.Name); whole && !taken {
		return name
	}
	sum := sha256.Sum256([]byte(m.ID))
	tail := "~" + hex.EncodeToString(sum[:4])
	runes := []rune(name)
	return string(runes[:min(len(runes), configs.MaxName-len(tail))]) + tail
}

// isOne reports whether members of two lists are the same one, by their addresses.
func isOne(a *record.Member, b *calendar.Member) bool {
	same := func(address string) bool { return strings.EqualFold(address, a.Subject) }
	return a.Calendar == b.Calendar && (same(b.Subject) || slices.ContainsFunc(b.Called, same))
}

// Release has the next answer of a list be believed, as far as those are concerned that the last one lacked, or lets
// one go that has left: named is the list, or the name of a calendar. It reports whether there was anything to release.
func Release(list record.List, member string) (record.List, bool) {
	if member == "" {
		held := list.Code == string(reason.ListShrunken) && len(list.Missing) > 0
		list.Released = slices.Clone(list.Missing)
		return list, held
	}
	before := len(list.Members)
	list.Members = slices.DeleteFunc(slices.Clone(list.Members),
		func(m record.Member) bool { return m.Name == member && m.Left() })
	return list, len(list.Members) < before
}
