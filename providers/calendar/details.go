package calendar

import (
	"context"
	"time"
)

// Describer is a Calendar that can tell all that an invitation to an event says. It is not needed to keep links in
// step.
type Describer interface {
	// Describe reads one event afresh, with the same errors as Calendar.Get.
	Describe(ctx context.Context, id string) (Details, error)
}

// Details is what an invitation to an event says: the event as a whole, for a series from its first occurrence on.
type Details struct {
	UID string // as Event.UID

	Title       string
	Description string // as stored, our block included; HTML where HTML is set
	HTML        bool
	Location    string
	URL         string
	Categories  []string

	Organizer Person // without an address where there is none
	Attendees []Person

	// Sequence is the organizer's revision of the event (RFC 5546 2.1.4); 0 where the service counts none.
	Sequence int
	// Created and Changed are when the event was made and last changed; zero where nobody knows.
	Created, Changed time.Time
	Cancelled        bool

	// Start and End are in the event's own zone, for a series those of its first occurrence. Of an all-day event they
	// are midnights, and End is the day after the last one.
	Start, End time.Time
	AllDay     bool
	// Zone is the IANA name of the event's zone, "UTC" included, or "" where it has none that the zone database knows;
	// the rules of such a zone are those of Start.Location().
	Zone string

	// Recurrence holds the RRULE, RDATE and EXDATE content lines of a series (RFC 5545 3.8.5), unfolded: times in UTC,
	// with the TZID of the event or another one of the zone database, or without a TZID in the event's zone. Empty for
	// a single event.
	Recurrence []string
	// Occurrences are the occurrences of a series that were changed or cancelled by themselves.
	Occurrences []Occurrence
}

// Person is an organizer or attendee.
type Person struct {
	Name    string // as shown; may be anything, line ends included
	Address string // mail address, without mailto:
	Role    Role   // of attendees
	Status  Status // of attendees
	Kind    Kind
}

// Role is an attendee's part in an event, in the words of RFC 5545 3.2.16. Empty is Required.
type Role string

// The roles of RFC 5545.
const (
	Chair    Role = "CHAIR"
	Required Role = "REQ-PARTICIPANT"
	Optional Role = "OPT-PARTICIPANT"
	Informed Role = "NON-PARTICIPANT"
)

// Status is what an attendee has answered, in the words of RFC 5545 3.2.12. Empty is NeedsAction.
type Status string

// The answers of RFC 5545.
const (
	NeedsAction Status = "NEEDS-ACTION"
	Accepted    Status = "ACCEPTED"
	Declined    Status = "DECLINED"
	Tentative   Status = "TENTATIVE"
	Delegated   Status = "DELEGATED"
)

// Kind is what sort of calendar user somebody is, in the words of RFC 5545 3.2.3. Empty is Individual.
type Kind string

// The kinds of RFC 5545.
const (
	Individual Kind = "INDIVIDUAL"
	Group      Kind = "GROUP"
	Room       Kind = "ROOM"
	Resource   Kind = "RESOURCE"
)

// Occurrence is an occurrence of a series that is not as the series has it.
type Occurrence struct {
	// Later says that all dates behind this one are changed in the same way (RANGE=THISANDFUTURE).
	Later bool
	// RecurrenceID is when the series would have it begin: an instant, or for an all-day event the midnight of its day.
	RecurrenceID time.Time
	// Cancelled says that it does not take place; nothing below it is then of interest.
	Cancelled bool
	// Start and End are as Details.Start and Details.End.
	Start, End time.Time
	// The texts are those that the occurrence shows, the same as the series' where only its time was changed. They are
	// plain or HTML as those of the series are.
	Title, Description, Location string
}
