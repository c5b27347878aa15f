package notify

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/api"
)

// Message is what is told: the document that commands and webhooks get.
type Message struct {
	Type string `json:"type"` // problem, resolved, test, link.made, link.changed or link.ended
	// Time is when it was first so.
	Time time.Time `json:"timestamp"`
	Data any       `json:"data"` // an api.Condition, or a Link

	id string // the same each time it is sent
}

// The types of messages.
const (
	TypeProblem     = "problem"
	TypeResolved    = "resolved"
	TypeTest        = "test"
	TypeLinkMade    = "link.made"
	TypeLinkChanged = "link.changed"
	TypeLinkEnded   = "link.ended"
)

// Link is what is told of a link.
type Link struct {
	Calendar  string     `json:"calendar"`
	EventID   string     `json:"event_id"`
	UID       string     `json:"uid"`
	Title     string     `json:"title"`
	Start     *time.Time `json:"start"`
	MeetingID string     `json:"meeting_id"`
	Reason    string     `json:"reason"`
	JoinURL   string     `json:"join_url,omitempty"` // only to those who have asked for it
}

// condition is the condition that a message is about; nil for one about a link.
func (m *Message) condition() *api.Condition {
	c, ok := m.Data.(api.Condition)
	if !ok {
		return nil
	}
	return &c
}

// Subject is what several messages together are about, in a line for people.
func Subject(list []Message) string {
	if len(list) == 1 {
		if c := list[0].condition(); c != nil {
			return oneLine("zoomtag: " + verb(list[0].Type) + c.Title)
		}
		return "zoomtag: " + list[0].Type
	}
	problems, over := 0, 0
	for i := range list {
		switch list[i].Type {
		case TypeProblem:
			problems++
		case TypeResolved:
			over++
		}
	}
	var parts []string
	if problems > 0 {
		parts = append(parts, words.Count(problems, "problem"))
	}
	if over > 0 {
		parts = append(parts, fmt.Sprintf("%d resolved", over))
	}
	return "zoomtag: " + strings.Join(parts, ", ")
}

func verb(kind string) string {
	if kind == TypeResolved {
		return "resolved: "
	}
	return ""
}

// oneLine is a text without what could begin a new line of a mail's header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Text is several messages for people, the problems first. origin names the machine that tells them.
func Text(list []Message, origin string) string {
	var b strings.Builder
	for _, kind := range []string{TypeTest, TypeProblem, TypeResolved} {
		for i := range list {
			c := list[i].condition()
			if list[i].Type != kind || c == nil {
				continue
			}
			fmt.Fprintf(&b, "%s%s%s\n  %s\n", capital(verb(kind)), oneLine(c.Title), in(c), oneLine(c.Text))
			if kind != TypeResolved && c.Cure != "" {
				fmt.Fprintf(&b, "  %s\n", oneLine(c.Cure))
			}
			if c.Since != nil {
				fmt.Fprintf(&b, "  Since %s.\n", c.Since.UTC().Format("2006-01-02 15:04 UTC"))
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "zoomtag on %s. \"zoomtag status\" shows how everything stands.\n", origin)
	return b.String()
}

// in says which calendar an event is in.
func in(c *api.Condition) string {
	if c.EventID == "" || c.Calendar == "" {
		return ""
	}
	return " in " + c.Calendar
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
