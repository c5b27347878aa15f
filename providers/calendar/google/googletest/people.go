package googletest

// AddPerson adds somebody of the domain in whose name the service account may act as well, with a primary calendar of
// their own. It begins with the events of another calendar, bodies shared, so that a whole organisation fits into
// memory.
func (s *Server) AddPerson(address, like string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cal := &shelf{id: address, owner: address, roles: map[string]string{address: "owner"}, byID: map[string]*event{}}
	model := s.calendar(like)
	if model == nil {
		model = s.calendars[Account]
	}
	cal.zone, cal.loc, cal.changed = model.zone, model.loc, model.changed
	copies := make([]event, len(model.events))
	for i, e := range model.events {
		copies[i] = *e
		cal.add(&copies[i])
	}
	s.calendars[address] = cal
}

// isPerson reports whether an address is that of somebody of the domain.
func (s *Server) isPerson(address string) bool {
	cal := s.calendars[address]
	return address != serviceEmail && cal != nil && cal.owner == address
}
