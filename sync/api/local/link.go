package local

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"zoomtag/providers/files"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Link makes the link of one event at once: in a calendar, where one is named, or in a file.
func (s *Service) Link(ctx context.Context, r api.LinkRequest) (api.LinkReport, error) {
	inCalendar, inFile := r.Calendar != "" || r.Event != "", len(r.ICS) > 0
	switch {
	case inCalendar && inFile:
		return api.LinkReport{}, words.Usage(words.Mend(errors.New("the event is in a calendar or in a file"),
			"name one of them"))
	case inCalendar && r.Options != "":
		return api.LinkReport{}, words.Usage(errors.New("options are for files: in a calendar they belong into the " +
			"event's tag, as in #zoom(" + r.Options + ")"))
	case inCalendar:
		return s.linkEvent(ctx, r)
	case !inFile:
		return api.LinkReport{}, words.Usage(words.Mend(errors.New("neither a calendar and an event nor a file is "+
			"named"), "give calendar and event, or ics with the text of the file"))
	}
	return s.linkFile(ctx, r)
}

// linkEvent makes the link of an event that is in a calendar and asks for one.
func (s *Service) linkEvent(ctx context.Context, r api.LinkRequest) (report api.LinkReport, err error) {
	if _, err := s.known([]string{r.Calendar}); err != nil {
		return report, err
	}
	if r.Event == "" {
		return report, words.Usage(words.Mend(errors.New("no event is named"),
			"write its id, its UID or its title"))
	}
	o, err := s.does(ctx, r.Calendar, act{Do: doSettle, Event: r.Event}) // what else has changed is due
	pass := o.Report
	switch {
	case errors.Is(err, context.Canceled):
		return report, api.ErrStopped
	case err != nil:
		return report, err
	case pass.Error != "":
		return report, because("", pass.Code, pass.Error, pass.Cure)
	}
	for _, ev := range pass.Events {
		if ev.ID == pass.Chosen {
			report.Event = ev
		}
	}
	switch {
	case pass.Chosen == "" && pass.Held:
		return report, because("no link: the calendar is held: ", pass.Code, pass.Reason, pass.Cure)
	case report.Event.ID == "":
		return report, words.Mend(errors.New("the event was not looked at: somebody else is at work on it"),
			"ask again in a while")
	}
	return report, s.unlinked(r.Calendar, &report.Event)
}

// unlinked says why an event has no link; nil where it has one.
func (s *Service) unlinked(calendar string, ev *engine.EventReport) error {
	switch {
	case ev.State == plan.Linked:
		return nil
	case ev.Reason == plan.NotTagged:
		return words.Mend(errors.New("no link: the event does not ask for one"), fmt.Sprintf(
			"write %s into its title", s.calendars[calendar].Settings.Rules.Asking()))
	}
	return because("no link: ", ev.Code, cmp.Or(ev.Error, ev.Reason), ev.Cure)
}

// because is an error of what a pass says of a calendar or of an event, behind what it is about: with its code, and
// with its cure where people are told that.
func because(about string, code reason.Code, cause, cure string) error {
	err := errors.New(about + cause)
	if code.Told(cause, cure) != cause {
		err = words.Mend(err, words.Clause(cure))
	}
	if code != "" {
		err = code.Of(err)
	}
	return err
}

// linkFile makes the meeting for the event in a file. The file is watched for one pass, as the only one in a folder;
// what is remembered of it is remembered by the event's UID, so that a second time finds the first one's meeting.
func (s *Service) linkFile(ctx context.Context, r api.LinkRequest) (report api.LinkReport, err error) {
	outline, err := ical.Look(r.ICS, ical.DefaultLimits)
	if err != nil {
		return report, words.Usage(fmt.Errorf("this is no iCalendar file that can be understood: %w", err))
	}
	if len(outline.UIDs) == 0 || len(outline.UIDs) == 1 && outline.UIDs[0] == "" {
		return report, words.Usage(errors.New("the file holds no event with a UID"))
	}
	dir, err := files.TempDir("zoomtag-link")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	uid := outline.UIDs[0]
	file := filepath.Join(dir, fileName(uid)+".ics")
	if err := os.WriteFile(file, r.ICS, 0o600); err != nil {
		return report, err
	}
	c, err := s.builder.Once(record.FilePrefix+fileName(uid), dir, r.Options)
	if err != nil {
		return report, err
	}
	if len(outline.UIDs) > 1 {
		if uid, err = asking(ctx, c); err != nil {
			return report, err
		}
		c.Name = record.FilePrefix + fileName(uid)
	}
	pass, err := s.engine.Once(ctx, c)
	if err != nil {
		return report, err
	}
	at := slices.IndexFunc(pass.Events, func(ev engine.EventReport) bool { return ev.UID == uid })
	switch {
	case pass.Error != "":
		return report, because("", pass.Code, pass.Error, pass.Cure)
	case at < 0:
		return report, errors.New("the event was not looked at")
	}
	report.Event = pass.Events[at]
	if report.Event.State != plan.Linked {
		ev := &report.Event
		return report, because("no link: ", ev.Code, cmp.Or(ev.Error, ev.Reason), ev.Cure)
	}
	var unfit *keep.UnfitError
	if err := s.invitations.KeepFile(ctx, c, report.Event.ID); err != nil && !errors.As(err, &unfit) {
		return report, err
	}
	report.ICS, err = os.ReadFile(file)
	return report, err
}

// fileName is what the file of an event is called, and with it what is remembered of it.
func fileName(uid string) string {
	sum := sha256.Sum256([]byte(uid))
	return hex.EncodeToString(sum[:10])
}

// asking is the UID of the one event of a file of several that asks for a link itself, by a tag or because it has had
// one. The command asks for no other one then.
func asking(ctx context.Context, c *engine.Calendar) (uid string, err error) {
	if c.Settings.Rules.Options != "" {
		return "", words.Usage(errors.New("the file holds several events: options belong into the tag of the one " +
			"that is meant"))
	}
	c.Settings.Rules.Command = false
	changes, err := c.Source.Changes(ctx, "")
	if err != nil {
		return "", err
	}
	var uids []string
	for _, item := range changes.List {
		if item.Plain || item.Err != nil {
			continue
		}
		ev, err := c.Source.Get(ctx, item.ID)
		if err != nil {
			return "", err
		}
		if ev.Link.Mark != "" || plan.FindWish(&ev, c.Settings.Rules).Asked {
			uids = append(uids, ev.UID)
		}
	}
	if len(uids) != 1 {
		return "", words.Usage(words.Mend(fmt.Errorf("the file holds %d events, and %d of them ask for a link",
			len(changes.List), len(uids)), fmt.Sprintf("have %s in the title of one of them", c.Settings.Rules.Asking())))
	}
	return uids[0], nil
}
