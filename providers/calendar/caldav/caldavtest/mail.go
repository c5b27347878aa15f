package caldavtest

import (
	"slices"
	"strings"
)

// Mail is an invitation or an update that the server has mailed to an attendee (RFC 6638 3.2.1).
type Mail struct {
	To, Subject string
	// New says that the event was not there before.
	New bool
}

// Mails returns what the server has mailed because of PUT requests, oldest first.
func (s *Server) Mails() (mails []Mail) {
	s.set(func() { mails = slices.Clone(s.mails) })
	return mails
}

// ResetMails forgets them.
func (s *Server) ResetMails() { s.set(func() { s.mails = nil }) }

// mail mails an object that was changed to its attendees, if the owner organises it. Those whom the client looks after
// itself, by SCHEDULE-AGENT, get none.
func (s *Server) mail(raw string, isNew bool) {
	if !s.opts.AutoSchedule {
		return
	}
	var told []string
	for _, item := range parse(raw).items() {
		organizer, line := item.get("ORGANIZER")
		if !sameAddress(organizer, Owner) || looksAfter(line) {
			continue
		}
		subject, _ := item.get("SUMMARY")
		for _, line := range item.lines {
			name, to := cutLine(line)
			to = address(to)
			if name != "ATTENDEE" || to == Owner || looksAfter(line) || slices.Contains(told, to) {
				continue
			}
			told = append(told, to)
			s.mails = append(s.mails, Mail{To: to, Subject: subject, New: isNew})
		}
	}
}

// looksAfter reports whether a line says that the server is not to mail.
func looksAfter(line string) bool {
	line = strings.ToUpper(line)
	return strings.Contains(line, ";SCHEDULE-AGENT=CLIENT") || strings.Contains(line, ";SCHEDULE-AGENT=NONE")
}

func address(uri string) string {
	return strings.TrimPrefix(strings.ToLower(uri), "mailto:")
}

func sameAddress(uri, mail string) bool { return address(uri) == mail }
