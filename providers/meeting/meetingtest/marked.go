package meetingtest

import (
	"context"

	"zoomtag/providers/meeting"
)

// Marked implements meeting.Lister.
func (f *Fake) Marked(ctx context.Context, host string) (list []meeting.Meeting, err error) {
	err = f.call(ctx, "marked", func() error {
		for _, l := range f.meetings {
			over := l.Spec.Kind == meeting.Scheduled && !f.now().Before(l.Spec.Start.Add(l.Spec.Duration))
			if l.Host != host || l.Mark == "" || over || !f.visible(l) {
				continue
			}
			m := l.meeting(f.now())
			list = append(list, meeting.Meeting{ID: m.ID, Mark: m.Mark, Host: m.Host, JoinURL: m.JoinURL,
				Topic: m.Topic,
				Start: m.Start, Duration: m.Duration})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
