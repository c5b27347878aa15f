package api

import (
	"time"

	"zoomtag/sync/engine"
	"zoomtag/sync/invite"
)

// InviteRequest says to which events invitations are wanted, and of what kind. Without events it is about all linked
// ones.
type InviteRequest struct {
	Events    []string      `json:"events,omitempty"`
	Method    invite.Method `json:"method,omitempty"`
	Attendees bool          `json:"attendees,omitempty"`
	Alarm     time.Duration `json:"alarm,omitempty"`
}

// InviteReport is the document of `invite --json`, apart from the texts.
type InviteReport struct {
	Invites []InviteStatus `json:"invites"`
}

// InviteStatus is the invitation to one event.
type InviteStatus struct {
	Calendar string `json:"calendar"`
	EventID  string `json:"event_id"`
	UID      string `json:"uid"`
	Title    string `json:"title"`
	Path     string `json:"path,omitempty"` // where it was written
	Error    string `json:"error,omitempty"`
	ICS      []byte `json:"ics,omitempty"`
}

// LinkRequest is a file for whose event a meeting is wanted.
type LinkRequest struct {
	ICS     []byte `json:"ics"`
	Options string `json:"options,omitempty"`
}

// LinkReport is the document of `link --json`, apart from the file.
type LinkReport struct {
	Event engine.EventReport `json:"event"`
	Path  string             `json:"path,omitempty"`
	ICS   []byte             `json:"ics,omitempty"`
}
