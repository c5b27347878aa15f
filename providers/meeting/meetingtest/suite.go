package meetingtest

import (
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// Class is what sort of world stands behind a service. The suite says for each class what is expected; it skips
// nothing.
type Class int

// The classes.
const (
	// Remote is a service behind an API, which makes meetings and may misbehave.
	Remote Class = iota
	// Room is one fixed room: every call finds it, none changes anything, nothing can fail.
	Room
)

// World is one service under test, with what stands behind it. A Room needs only Class, Service and Host.
type World struct {
	Class   Class
	Service meeting.Service
	// Host is a user who may host.
	Host string
	// Person says that the service acts for Host, who has signed in: what is asked of it for somebody else is refused.
	Person bool
	// Now is the clock of the world.
	Now func() time.Time
	// Live lists the meetings that really exist: ID, Mark, Host, and of Spec at least Topic, Start and Duration.
	Live func() []Live
	// OwnerDelete and OwnerRename are the owner acting in the service's own app.
	OwnerDelete func(id int64)
	OwnerRename func(id int64, topic string)
	// Break makes the world misbehave until Mend.
	Break func(Trouble)
	Mend  func()
}

// Trouble is a way in which a remote world misbehaves.
type Trouble string

// The troubles. Those from Garbled on let the request take effect first.
const (
	Unauthorized Trouble = "401 to everything"
	Forbidden    Trouble = "403 to everything"
	WrongMissing Trouble = "404 with a page that is not the service's"
	PerSecond    Trouble = "429: too many in a second"
	WaitSeconds  Trouble = "429 with Retry-After in seconds"   // RetryIn
	WaitDate     Trouble = "429 with Retry-After as HTTP date" // RetryIn
	WaitISO      Trouble = "429 with Retry-After as ISO date"  // RetryIn
	WaitNonsense Trouble = "429 with a Retry-After that cannot be read"
	HostLimit    Trouble = "429: the host's calls for the day are used up"
	ServerError  Trouble = "502 to everything"
	Hangup       Trouble = "the connection is cut before anything was done"
	NoConnection Trouble = "no connection"
	EndlessPages Trouble = "a list that never ends"
	SecondPage   Trouble = "the second page of a list fails"
	Garbled      Trouble = "HTML instead of JSON"
	XML          Trouble = "XML instead of JSON"
	Empty        Trouble = "nothing instead of JSON"
	Strange      Trouble = "JSON that is not the answer"
	Half         Trouble = "the answer breaks off in its middle"
	LostAnswer   Trouble = "the connection is cut after it was done"
	Deaf         Trouble = "writes answer well and change nothing"
)

// RetryIn is what the troubles with a Retry-After ask for.
const RetryIn = 2 * time.Hour

// Troubles are all of them.
var Troubles = []Trouble{
	Unauthorized, Forbidden, WrongMissing, PerSecond, WaitSeconds, WaitDate, WaitISO, WaitNonsense, HostLimit,
	ServerError,
	Hangup, NoConnection, EndlessPages, SecondPage, Garbled, XML, Empty, Strange, Half, LostAnswer, Deaf,
}

// Harness makes a fresh world without meetings. Pages of lists hold no more than two meetings there, if it has pages.
type Harness func(t *testing.T) *World

// Run proves that a service keeps the contract of package meeting.
func Run(t *testing.T, harness Harness) {
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) {
			w := harness(t)
			switch w.Class {
			case Remote:
				c.remote(t, w)
			case Room:
				c.room(t, w)
			default:
				t.Fatalf("class %d is not one of the suite's", w.Class)
			}
		})
	}
	for _, trouble := range Troubles {
		for _, c := range calls {
			t.Run(string(trouble)+"/"+c.name, func(t *testing.T) {
				w := harness(t)
				if w.Class == Room {
					alwaysTheRoom(t, w) // nothing of it can be in trouble
					return
				}
				inTrouble(t, w, trouble, c)
			})
		}
	}
}

// soon is a time in the world's future, on a whole minute.
func soon(w *World, d time.Duration) time.Time {
	return w.Now().UTC().Truncate(time.Minute).Add(24*time.Hour + d)
}

// spec is a plain scheduled meeting.
func spec(w *World) meeting.Spec {
	s := meeting.Spec{Host: w.Host, Topic: "Weekly review", Kind: meeting.Scheduled, Zone: "UTC",
		Duration: 45 * time.Minute}
	if w.Now != nil {
		s.Start = soon(w, 0)
	}
	return s
}

const (
	mark      = "zt-abcdef-ghijklmn-aaaaaaaaaaaaaaaa"
	otherMark = "zt-abcdef-ghijklmn-bbbbbbbbbbbbbbbb"
)

func mustCreate(t *testing.T, w *World, mark string, s meeting.Spec) meeting.Meeting {
	t.Helper()
	m, err := w.Service.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return m
}

// live returns the only meeting that exists, or fails.
func live(t *testing.T, w *World) Live {
	t.Helper()
	all := w.Live()
	if len(all) != 1 {
		t.Fatalf("%d meetings exist, want 1: %+v", len(all), all)
	}
	return all[0]
}

func wantLive(t *testing.T, w *World, n int) {
	t.Helper()
	if all := w.Live(); len(all) != n {
		t.Fatalf("%d meetings exist, want %d: %+v", len(all), n, all)
	}
}
