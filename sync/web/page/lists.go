package page

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// bars are the budgets, the fullest first.
func bars(f *facts) (list []bar) {
	for _, b := range f.status.Budget {
		one := bar{Host: b.Host, Account: b.Account, Used: b.Used, Limit: b.Limit, Shape: "ok", Word: "enough left"}
		switch {
		case b.Used >= b.Limit:
			one.Shape, one.Word = "fail", "used up until 00:00 UTC"
		case b.Used*5 >= b.Limit*4:
			one.Shape, one.Word = "warn", "nearly used up"
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b bar) int { return cmp.Compare(b.Used*a.Limit, a.Used*b.Limit) })
	return list[:min(len(list), maxBars)]
}

// quotas are what services count for a day, the fullest first.
func quotas(f *facts) (list []bar) {
	for _, q := range f.status.Quotas {
		one := bar{Host: q.Service, Used: q.Used, Limit: q.Limit, Shape: "ok", Word: "enough left"}
		if q.Used*10 >= q.Limit*9 {
			one.Shape, one.Word = "warn", "nearly used up: calendars are asked more rarely"
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b bar) int { return cmp.Compare(b.Used*a.Limit, a.Used*b.Limit) })
	return list[:min(len(list), maxBars)]
}

// maxBars is how many hosts are shown: those with most of their budget used.
const maxBars = 50

func (p *Page) tokens(f *facts, who *visitor) (list []token) {
	for _, t := range f.status.Tokens {
		one := token{
			Whose:    t.Calendar,
			Provider: t.Provider,
			Person:   t.Person,
			Health:   well,
			Since:    p.moment(t.SignedIn),
			Ends:     t.Ends != nil,
			Reason:   who.shown(t.Reason),
		}
		if t.Calendar == "" {
			one.Whose = strings.TrimSpace("Zoom " + t.Account)
		}
		switch {
		case t.SignedIn == nil && t.Reason != "": // there is a sign-in, which may be mended without a new one
			one.Health, one.Mend = health{"fail", "of no use"}, t.Command
			one.Reason = who.shown(words.Join(t.Reason, words.Clause(t.Cure)))
		case t.SignedIn == nil:
			one.Health, one.Mend = health{"fail", "nobody has signed in"}, t.Command
		case t.Refused != nil:
			one.Health, one.Mend = health{"fail", "refused"}, t.Command
		case t.Ends != nil && t.Ends.Sub(p.Now()) <= endsSoon:
			one.Health = health{"warn", "ends in " + span(max(0, t.Ends.Sub(p.Now())))}
		case t.Ends != nil:
			one.Health.Word = "good for " + span(t.Ends.Sub(p.Now()))
		}
		if t.SignedIn != nil {
			one.Age = span(max(0, p.Now().Sub(*t.SignedIn)))
		}
		list = append(list, one)
	}
	return list[:min(len(list), maxListed)]
}

// endsSoon is when the end of a sign-in is worth a word.
const endsSoon = 7 * 24 * time.Hour

// maxListed is how many lines the lists have that are not paged: all of them stand in zoomtag status.
const maxListed = 100

// remarks are what is worth knowing and needs nobody.
func (p *Page) remarks(v *overviewPage, f *facts, who *visitor) {
	s := &f.status
	for _, w := range s.Waiting[:min(len(s.Waiting), maxListed)] {
		v.Waiting = append(v.Waiting, waiting{Title: who.shown(cmp.Or(w.Title, w.EventID)), Calendar: w.Calendar,
			For: w.For, Reason: who.shown(w.Told()), Event: eventPath(w.Calendar, w.EventID), Until: p.moment(w.Until)})
	}
	for _, l := range s.Leftovers[:min(len(s.Leftovers), maxListed)] {
		v.Leftovers = append(v.Leftovers, leftover{who.shown(l.Topic), l.Host, who.shown(asSentence(l.Mend))})
	}
	for _, n := range s.Notices[:min(len(s.Notices), maxListed)] {
		v.Notices = append(v.Notices, who.shown(asSentence(n)))
	}
	for _, n := range s.Notes[:min(len(s.Notes), maxListed)] {
		v.Notes = append(v.Notes, remark{who.shown(cmp.Or(n.Title, n.EventID)), n.Calendar,
			eventPath(n.Calendar, n.EventID), who.shown(asSentence(n.Told()))})
	}
	v.HasRemarks = len(v.Leftovers)+len(v.Notices)+len(v.Notes) > 0
}
