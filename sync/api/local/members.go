package local

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/lists"
	"zoomtag/sync/reason"
)

// Members asks the lists for who is on them, and tells whom zoomtag would watch from what is remembered on. Nothing is
// saved.
func (s *Service) Members(ctx context.Context, q api.MembersRequest) (api.MembersReport, error) {
	known, err := keptLists(s.st, s.options.Config)
	if err != nil {
		return api.MembersReport{}, err
	}
	b := *s.builder
	b.Config = s.options.Config // without the calendars of lists
	return membersOf(ctx, &b, q.List, known, s.st.Records)
}

// Members is that of a service where nothing is remembered yet.
func Members(ctx context.Context, b *assemble.Builder, q api.MembersRequest) (api.MembersReport, error) {
	nothing := func(string) ([]*store.Record, error) { return nil, nil }
	return membersOf(ctx, b, q.List, map[string]record.List{}, nothing)
}

// membersOf asks the lists, or one of them. What stands in the way of one is told, and the others are asked.
func membersOf(ctx context.Context, b *assemble.Builder, name string, was map[string]record.List,
	records func(string) ([]*store.Record, error)) (api.MembersReport, error) {
	report := api.MembersReport{Members: []api.ListedMember{}, Faults: []string{}}
	now := maps.Clone(was)
	asked := map[string]bool{}
	var wanted []configs.From
	for _, f := range b.Config.CalendarsFrom {
		// A list of which nothing is known yet may have whoever is on this one, and win.
		others := was[f.Name]
		if meant := name == "" || f.Name == name; meant || others.TriedAt.IsZero() {
			asked[f.Name], wanted = meant, append(wanted, f)
		}
	}
	answers := askAll(wanted, func(f *configs.From) lists.Answer { return answerOf(ctx, b, f) })
	for i := range wanted {
		f := &wanted[i]
		var others []record.List
		for other := range now {
			if other != f.Name {
				others = append(others, now[other])
			}
		}
		next, _, err := judged(records, f.Name, was[f.Name], others, answers[i])
		if err != nil {
			return report, err
		}
		now[f.Name] = next
		if asked[f.Name] {
			report.Faults = append(report.Faults, wrongIn(f.Name, &next)...)
		}
	}
	for _, o := range lists.Expand(b.Config, now).Lists {
		if asked[o.Name] {
			report.Members = append(report.Members, membersIn(o, was[o.Name], now[o.Name])...)
		}
	}
	return report, nil
}

// wrongIn is what is wrong with a list, a sentence each.
func wrongIn(name string, l *record.List) (faults []string) {
	if l.Error != "" {
		faults = append(faults, name+": "+reason.Code(l.Code).Told(l.Error, l.Cure))
	}
	for _, fault := range l.Faults {
		faults = append(faults, name+": "+words.Join(words.Apart(fault)))
	}
	if more := faultyIn(*l) - len(l.Faults); more > 0 {
		faults = append(faults, fmt.Sprintf("%s: there are %d more like that", name, more))
	}
	return faults
}

// membersIn are those of a list with what becomes of them.
func membersIn(o lists.Outcome, was, now record.List) (members []api.ListedMember) {
	before, subjects := map[string]bool{}, map[string]string{}
	for i := range was.Members {
		if m := &was.Members[i]; !m.Left() {
			before[m.Name] = true
		}
	}
	for i := range now.Members {
		m := &now.Members[i] // a CalDAV calendar is nobody's, and known by its path
		subjects[m.Name] = cmp.Or(m.Subject, m.Calendar)
	}
	for _, name := range o.Watched {
		members = append(members, api.ListedMember{List: o.Name, Name: name, Subject: subjects[name],
			New: !before[name]})
	}
	for _, skip := range o.Skipped {
		members = append(members, api.ListedMember{List: o.Name, Name: skip.Name, Subject: subjects[skip.Name],
			Skipped: skip.Why, Cure: words.Sentence(skip.Cure)})
	}
	for _, name := range o.Away {
		members = append(members, api.ListedMember{List: o.Name, Name: name, Subject: subjects[name], Left: true,
			Skipped: "it is not on the list any more, and held"})
	}
	return members
}
