package local

import (
	"fmt"
	"slices"

	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/lists"
	"zoomtag/sync/reason"
)

func reportOf(name string, now record.List, news lists.News) api.ListReport {
	r := api.ListReport{Name: name, Came: orNone(news.Came), Left: orNone(news.Left), Back: orNone(news.Back),
		Moved: orNone(news.Moved), Error: now.Error, Code: reason.Code(now.Code), Skipped: []api.SkippedMember{}}
	r.Cure, r.Held = r.Code.CureOf(now.Cure), r.Code == reason.ListShrunken
	r.Skipped, r.Unwatched = append(r.Skipped, faultsOf(now)...), faultyIn(now)
	return r
}

func orNone(names []string) []string { return append([]string{}, names...) }

// told are the reports of lists where one service has come in the place of another: of calendars that neither of them
// watches nobody need hear, and who is not watched, and why, is added.
func told(reports []api.ListReport, before, now *Service) []api.ListReport {
	for i := range reports {
		r := &reports[i]
		was, is := before.outcome(r.Name), now.outcome(r.Name)
		only := func(names []string, those ...[]string) []string {
			known := map[string]bool{}
			for _, name := range slices.Concat(those...) {
				known[name] = true
			}
			return slices.DeleteFunc(names, func(name string) bool { return !known[name] })
		}
		r.Came, r.Back = only(r.Came, is.Watched), only(r.Back, is.Watched)
		r.Moved, r.Left = only(r.Moved, is.Watched), only(r.Left, was.Watched)
		r.Skipped = append(r.Skipped, skippedOf(is)...)
		r.Unwatched += len(is.Skipped)
	}
	return reports
}

// outcome is what has become of a list.
func (s *Service) outcome(list string) lists.Outcome {
	for _, o := range s.outcomes {
		if o.Name == list {
			return o
		}
	}
	return lists.Outcome{}
}

// maxSkipped is how many members that are not watched are shown of a list.
const maxSkipped = 100

func skippedOf(o lists.Outcome) (list []api.SkippedMember) {
	for _, skip := range o.Skipped[:min(len(o.Skipped), maxSkipped)] {
		list = append(list, api.SkippedMember{Name: skip.Name, Reason: skip.Why, Cure: words.Sentence(skip.Cure)})
	}
	return list
}

// faultsOf are what cannot be understood of a list, as far as that is remembered.
func faultsOf(kept record.List) (list []api.SkippedMember) {
	for _, fault := range kept.Faults {
		cause, cure := words.Apart(fault)
		list = append(list, api.SkippedMember{Reason: cause, Cure: words.Sentence(cure)})
	}
	return list
}

// faultyIn is how much there is that cannot be understood of a list.
func faultyIn(kept record.List) int { return max(kept.Faulty, len(kept.Faults)) }

// listStatus tells how the lists stand.
func (s *Service) listStatus() ([]api.ListStatus, error) {
	out := []api.ListStatus{}
	for i := range s.options.Config.CalendarsFrom {
		f := &s.options.Config.CalendarsFrom[i]
		kept, err := s.st.ListHead(f.Name)
		if err != nil {
			return nil, err
		}
		o := s.outcomes[i]
		l := api.ListStatus{Name: f.Name, Kind: f.Kind(), Watched: len(o.Watched), Away: len(o.Away),
			Excluded: o.Excluded, ReadAt: api.Time(kept.ReadAt), TriedAt: api.Time(kept.TriedAt), Error: kept.Error,
			Code: reason.Code(kept.Code), Skipped: []api.SkippedMember{}}
		l.Cure = l.Code.CureOf(kept.Cure)
		l.Skipped = append(append(l.Skipped, faultsOf(kept)...), skippedOf(o)...)
		l.Unwatched = faultyIn(kept) + len(o.Skipped)
		out = append(out, l)
	}
	return out, nil
}

// notWatched says who of a list is not watched, the first of them at least.
func notWatched(l *api.ListStatus) (notices []string) {
	if len(l.Skipped) == 0 {
		return nil
	}
	first := l.Skipped[0]
	who := first.Told()
	if first.Name != "" {
		who = first.Name + ", " + who
	}
	return []string{fmt.Sprintf("list %s: %s %s not watched, and this is why: %s", l.Name,
		words.Count(l.Unwatched, "member"), words.Are(l.Unwatched), who)}
}
