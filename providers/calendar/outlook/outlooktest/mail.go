package outlooktest

import (
	"slices"
	"strings"
	"time"
)

// Mail is an update that Exchange has mailed to an attendee.
type Mail struct {
	To, Subject string
	// Why names the fields of the change, and, for an exception that is mailed because its series was changed, its day.
	Why string
}

// Mails returns what Exchange has mailed because of PATCH requests, oldest first. Nothing a client sends can prevent
// it.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// ResetMails forgets them.
func (s *Server) ResetMails() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = nil
}

// mail sends what Exchange would: to all attendees if a field that they see is touched, whether it differs or not, and
// once more for each exception when that happens to a series; only to those added or removed if it is attendees alone.
func (c *call) mail(e *event, before, change JSON) {
	if !organizes(e.cal, e.body) {
		return
	}
	var why []string
	for _, name := range strings.Fields("subject body location locations start end recurrence") {
		if _, touched := change[name]; touched {
			why = append(why, name)
		}
	}
	now, was := attendeesOf(e.body), attendeesOf(before)
	_, listed := change["attendees"]
	switch {
	case len(why) > 0:
		c.mailTo(e, now, strings.Join(why, ", "))
		for _, x := range e.exceptions {
			c.mailTo(x, attendeesOf(x.body), "exception of "+x.original.Format(time.DateOnly)+": "+
				strings.Join(why, ", "))
		}
	case listed:
		both := append(without(now, was), without(was, now)...)
		c.mailTo(e, both, "attendees")
	}
}

func (c *call) mailTo(e *event, addresses []string, why string) {
	subject, _ := e.body["subject"].(string)
	for _, to := range addresses {
		if !strings.EqualFold(to, e.cal.owner.address) {
			c.mails = append(c.mails, Mail{To: to, Subject: subject, Why: why})
		}
	}
}

func attendeesOf(body JSON) []string {
	var out []string
	list, _ := body["attendees"].([]any)
	for _, v := range list {
		guest, _ := v.(JSON)
		email, _ := guest["emailAddress"].(JSON)
		if address, _ := email["address"].(string); address != "" {
			out = append(out, address)
		}
	}
	return out
}

func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(others, s) })
}
