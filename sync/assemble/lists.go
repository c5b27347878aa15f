package assemble

import (
	"context"
	"errors"
	"fmt"
	"os"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/sync/reason"
)

// away is why nothing is done in a calendar; none for one of which the configuration's lists have nothing to say.
func away(c configs.Calendar) *reason.Reason {
	if c.Away == "" {
		return nil
	}
	why := reason.LeftList.Because(c.Away).Mend(c.AwayCure)
	return &why
}

// Directory is what a list of the configuration is read from.
func (b *Builder) Directory(f configs.From) (calendar.Directory, error) {
	if f.File != "" {
		return peopleFile(f.File), nil
	}
	open := b.Kinds.Lists[f.Kind()]
	if open == nil {
		return nil, words.Usage(fmt.Errorf("list %s: this build of zoomtag has no lists of %s yet", f.Name, f.Kind()))
	}
	d, err := open(b, f)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("list %s: %w", f.Name, err))
	}
	return d, nil
}

// peopleFile is a list in a file.
type peopleFile string

// Members implements calendar.Directory.
func (p peopleFile) Members(context.Context) (roll calendar.Roll, err error) {
	list, rows, err := configs.ReadMembers(string(p))
	for _, m := range list {
		roll.Members = append(roll.Members, calendar.Member{ID: m.Name, Name: m.Name, Provider: m.Provider,
			Subject: m.Subject, Calendar: m.Calendar, Host: m.Host})
	}
	for _, row := range rows {
		roll.Faults = append(roll.Faults, words.Mend(errors.New(row.Cause()), row.Cure))
	}
	return roll, err
}

// Stamp tells whether the file of a list may have changed; "" for a list that is no file, or is not there.
func Stamp(f configs.From) string {
	if f.File == "" {
		return ""
	}
	info, err := os.Stat(f.File)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d %d", info.ModTime().UnixNano(), info.Size())
}
