package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"zoomtag/providers/files"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/invite/keep"
	"zoomtag/sync/plan"
)

// Link makes the meeting for the event in a file. The file is watched for one pass, as the only one in a folder; what
// is remembered of it is remembered by the event's UID, so that a second time finds the first one's meeting.
func (s *Service) Link(ctx context.Context, r api.LinkRequest) (report api.LinkReport, err error) {
	outline, err := ical.Look(r.ICS, ical.DefaultLimits)
	if err != nil {
		return report, words.Usage(fmt.Errorf("this is no iCalendar file that can be understood: %w", err))
	}
	if len(outline.UIDs) != 1 || outline.UIDs[0] == "" {
		return report, words.Usage(fmt.Errorf("the file holds %d events with a UID of their own, and it has to be one",
			len(outline.UIDs)))
	}
	dir, err := files.TempDir("zoomtag-link")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sum := sha256.Sum256([]byte(outline.UIDs[0]))
	name := hex.EncodeToString(sum[:10])
	file := filepath.Join(dir, name+".ics")
	if err := os.WriteFile(file, r.ICS, 0o600); err != nil {
		return report, err
	}
	c, err := s.builder.Once(record.FilePrefix+name, dir, r.Options)
	if err != nil {
		return report, err
	}
	pass, err := s.engine.Once(ctx, c)
	if err != nil {
		return report, err
	}
	switch {
	case pass.Error != "":
		return report, errors.New(pass.Error)
	case len(pass.Events) != 1:
		return report, errors.New("the event was not looked at")
	}
	report.Event = pass.Events[0]
	if report.Event.State != plan.Linked {
		return report, fmt.Errorf("no link: %s", report.Event.Reason)
	}
	var unfit *keep.UnfitError
	if err := s.invitations.KeepFile(ctx, c, report.Event.ID); err != nil && !errors.As(err, &unfit) {
		return report, err
	}
	report.ICS, err = os.ReadFile(file)
	return report, err
}
