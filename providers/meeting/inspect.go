package meeting

import (
	"context"
	"time"
)

// Inspector is a Service that can also tell why a link may not work. It only reads, with few and small requests.
type Inspector interface {
	// Inspect reads a meeting as guests will find it. ErrGone when the service says that there is none with this id.
	Inspect(ctx context.Context, id int64) (Inspection, error)
	// Host reads what a host may do. What must not be read for lack of a scope stays unknown, and Missing names the
	// scope. ErrInvalid when the account has no such user.
	Host(ctx context.Context, host string) (HostFacts, error)
	// Scopes names the scopes that the credentials lack; none where the service does not say which ones they have.
	Scopes(ctx context.Context) (Scopes, error)
}

// Inspection is a meeting with what decides who gets in. A nil switch means that the service did not say.
type Inspection struct {
	Meeting
	// Recurring says that it is for a series, with or without a schedule: it lives on while it is used.
	Recurring bool
	Created   time.Time
	// Running says that it is being held at this moment.
	Running bool

	WaitingRoom    *bool
	JoinBeforeHost *bool
	// Early is how long before the start guests may come in without the host; 0 is any time.
	Early  time.Duration
	SignIn *bool
	// Domains are the mail domains of those who may come in after signing in; empty is any. One may begin with "*.".
	Domains []string
	// Registration is "none", "automatic", "manual", or "" where the service did not say.
	Registration string
	// Recording is "none", "local", "cloud", or "".
	Recording string
	Mute      *bool
	// PersonalRoom says that it takes place in the host's personal room.
	PersonalRoom bool
}

// Plan is what a host has paid for.
type Plan string

const (
	PlanUnknown Plan = ""
	Basic       Plan = "Basic"
	Licensed    Plan = "Licensed"
	NoPlan      Plan = "none" // may not host meetings at all
)

// HostFacts are what is known of a host. Zero values and nil mean unknown.
type HostFacts struct {
	Plan Plan
	// Status is the service's own word: "active", "inactive" or "pending".
	Status string
	// Room is the number of the personal room. Where Plan is known and this is not, there is no room.
	Room int64
	// RoomOn says whether the personal room is switched on, and DemandsPasscode whether new meetings have to have a
	// passcode.
	RoomOn, DemandsPasscode *bool
	// Capacity is how many people fit into a meeting.
	Capacity int
	// Concurrent is how many meetings the host can hold at the same time, and Guessed says that it is concluded from
	// other facts.
	Concurrent int
	Guessed    bool
	// EmbedPasscode says whether join links carry the passcode.
	EmbedPasscode *bool
	// Client is the version of the Zoom app that the host used last: "5.9.6.4993(mac)".
	Client string
	// Missing are the scopes without which some of it is unknown.
	Missing []string
}

// Scopes are scopes that credentials lack.
type Scopes struct {
	Needed []Scope // without which something that zoomtag does will fail
	Useful []Scope // without which something is less good, or cannot be judged
}

// Scope is a right that an app can have, and what it is for.
type Scope struct{ Name, For string }
