package local

import (
	"slices"

	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
)

// verdicts are the findings about coming links: those of the last look at each, and which of them get in each other's
// way.
type verdicts []doctor.Finding

func (r *reader) verdicts() (verdicts, error) {
	var all verdicts
	var coming []doctor.Facts
	now := r.now()
	kept, err := r.holding()
	if err != nil {
		return nil, err
	}
	for _, name := range r.names {
		if !kept.records[name] {
			continue
		}
		records, err := r.st.Records(name)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			if !rec.Active() || rec.Over(now) {
				continue
			}
			coming = append(coming, doctor.Remembered(now, rec))
			for _, v := range rec.Verdicts {
				all = append(all, doctor.Finding{Code: v.Code, Severity: doctor.Severity(v.Severity), What: v.What,
					Mend:     v.Mend,
					Start:    api.Time(rec.Start),
					Calendar: rec.Calendar, EventID: rec.EventID, Title: rec.Title,
					Link: doctor.Mask(plan.ShownURL(rec.Meeting))})
			}
		}
	}
	all = append(all, doctor.JudgeOverlaps(coming)...)
	doctor.Sort(all)
	return all, nil
}

// byEvent are the verdicts by their events.
func (v verdicts) byEvent() map[store.Item][]store.Verdict {
	found := map[store.Item][]store.Verdict{}
	for _, f := range v {
		key := store.Item{Calendar: f.Calendar, EventID: f.EventID}
		found[key] = append(found[key], doctor.VerdictOf(f))
	}
	return found
}

// worth are those that somebody should do something about.
func (v verdicts) worth() []doctor.Finding {
	return slices.DeleteFunc(slices.Clone([]doctor.Finding(v)),
		func(f doctor.Finding) bool { return f.Severity == doctor.Note })
}

// serious are the codes of errors and warnings.
func serious(found []store.Verdict) []string {
	var codes []string
	for _, v := range found {
		if v.Severity != string(doctor.Note) && !slices.Contains(codes, v.Code) {
			codes = append(codes, v.Code)
		}
	}
	return codes
}
