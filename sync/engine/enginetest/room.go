package enginetest

import (
	"context"

	"zoomtag/providers/meeting"
)

// room is a meeting service of one fixed room.
type room struct{ link string }

const roomID = 1234567890

func (r room) meeting(host string, mark meeting.Mark) meeting.Meeting {
	return meeting.Meeting{ID: roomID, JoinURL: r.link, Host: host, Mark: string(mark)}
}

// Find implements meeting.Service.
func (r room) Find(_ context.Context, host string, mark meeting.Mark) (meeting.Meeting, error) {
	return r.meeting(host, mark), nil
}

// Create implements meeting.Service.
func (r room) Create(_ context.Context, mark string, s meeting.Spec) (meeting.Meeting, error) {
	return r.meeting(s.Host, meeting.Mark(mark)), nil
}

// Get implements meeting.Service.
func (r room) Get(context.Context, int64) (meeting.Meeting, error) { return r.meeting("", ""), nil }

// Update implements meeting.Service.
func (r room) Update(_ context.Context, _ int64, _, to meeting.Spec) (meeting.Meeting, error) {
	return r.meeting(to.Host, ""), nil
}

// Cancel implements meeting.Service.
func (r room) Cancel(context.Context, int64) error { return nil }
