package setup

import (
	"context"
	"fmt"

	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/assemble"
	"zoomtag/sync/lists"
)

// ListedMember is one of a list of the configuration, and what becomes of it.
type ListedMember struct {
	List    string `json:"list"`
	Name    string `json:"name"`    // of its calendar
	Subject string `json:"subject"` // whose it is
	// Skipped is why it is not watched; empty: it is, from the next pass on.
	Skipped string `json:"skipped,omitempty"`
	Cure    string `json:"cure,omitempty"` // what mends that, in a sentence
}

// ListMembers asks the lists of the configuration for who is on them, or one list, and tells whom zoomtag would watch.
// unlisted says which lists cannot be had, and why. Nothing is saved.
func ListMembers(ctx context.Context, b *assemble.Builder, name string) (list []ListedMember, unlisted []error) {
	type member struct{ list, name string }
	known, subjects := map[string]record.List{}, map[member]string{}
	list = []ListedMember{}
	for _, f := range b.Config.CalendarsFrom {
		if name != "" && f.Name != name {
			continue
		}
		a := lists.Answer{At: b.Now()}
		directory, err := b.Directory(f)
		if err == nil {
			a.Roll, err = directory.Members(ctx)
		}
		if err != nil {
			unlisted = append(unlisted, words.Mend(words.Say(err, f.Name+": "+words.Cause(err)), words.Cure(err)))
			continue
		}
		for _, fault := range a.Roll.Faults {
			unlisted = append(unlisted, fmt.Errorf("%s: %w", f.Name, fault))
		}
		known[f.Name], _ = lists.Next(f.Name, record.List{}, a, func(string) bool { return false })
		for _, m := range known[f.Name].Members {
			subjects[member{f.Name, m.Name}] = m.Subject
		}
	}
	for _, o := range lists.Expand(b.Config, known).Lists {
		for _, name := range o.Watched {
			list = append(list, ListedMember{List: o.Name, Name: name, Subject: subjects[member{o.Name, name}]})
		}
		for _, skip := range o.Skipped {
			list = append(list, ListedMember{List: o.Name, Name: skip.Name,
				Subject: subjects[member{o.Name, skip.Name}],
				Skipped: skip.Why, Cure: words.Sentence(skip.Cure)})
		}
	}
	return list, unlisted
}

// ListAll is ListCalendars and ListMembers; name is that of a calendar or of a list, or "" for all.
func ListAll(ctx context.Context, b *assemble.Builder,
	name string) (calendars []ListedCalendar, members []ListedMember, unlisted []error, err error) {
	calendars, members = []ListedCalendar{}, []ListedMember{}
	isList := IsList(b, name)
	if !isList {
		if calendars, unlisted, err = ListCalendars(ctx, b, name); err != nil {
			return nil, nil, nil, err
		}
	}
	if isList || name == "" {
		var more []error
		members, more = ListMembers(ctx, b, name)
		unlisted = append(unlisted, more...)
	}
	return calendars, members, unlisted, nil
}

// IsList reports whether a name is that of a list of the configuration.
func IsList(b *assemble.Builder, name string) bool {
	for _, f := range b.Config.CalendarsFrom {
		if f.Name == name {
			return true
		}
	}
	return false
}
