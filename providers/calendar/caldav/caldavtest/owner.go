package caldavtest

import "slices"

// The owner's hand: what is done from another app. It needs no leave and no etag. What names an object that was never
// there does nothing.

// Put stores an object as it is, a new one or another content of one.
func (s *Server) Put(collection, name, raw string) {
	s.set(func() { s.find(collection).put(name, raw, s.next()) })
}

// Object returns the bytes of an object, and whether it is there.
func (s *Server) Object(collection, name string) (raw string, ok bool) {
	s.set(func() {
		if o := s.find(collection).standing(name); o != nil {
			raw, ok = o.raw, true
		}
	})
	return raw, ok
}

// Edit replaces the bytes of an object by what change makes of them.
func (s *Server) Edit(collection, name string, change func(raw string) string) {
	s.set(func() {
		c := s.find(collection)
		if o := c.standing(name); o != nil {
			c.put(name, change(o.raw), s.next())
		}
	})
}

// Delete deletes an object.
func (s *Server) Delete(collection, name string) {
	s.set(func() {
		c := s.find(collection)
		if o := c.standing(name); o != nil {
			o.deleted = true
			c.touch(o, s.next())
		}
	})
}

// Names returns the names of the objects that are there, in the order in which they came.
func (s *Server) Names(collection string) (names []string) {
	s.set(func() {
		c := s.find(collection)
		for _, name := range c.order {
			if c.standing(name) != nil {
				names = append(names, name)
			}
		}
	})
	return names
}

// SetEmpty makes a collection look as if nothing were in it, or ends that.
func (s *Server) SetEmpty(collection string, empty bool) {
	s.set(func() {
		c := s.find(collection)
		if c.empty == empty {
			return
		}
		c.empty = empty
		for _, name := range c.order {
			if o := c.objects[name]; !o.deleted {
				c.touch(o, s.next())
			}
		}
	})
}

// SetHidden leaves an object out of every listing though GET finds it, or ends that.
func (s *Server) SetHidden(collection, name string, hidden bool) {
	s.set(func() {
		c := s.find(collection)
		if o := c.standing(name); o != nil {
			o.hidden = hidden
			c.touch(o, s.next())
		}
	})
}

// SetReadOnly takes the leave to write away from a collection, or gives it back.
func (s *Server) SetReadOnly(collection string, readOnly bool) {
	s.set(func() { s.find(collection).readOnly = readOnly })
}

// AddCollection adds a calendar with the given components to the home.
func (s *Server) AddCollection(name, title string, components ...string) {
	s.set(func() { s.collections = append(s.collections, newCollection(name, title, components...)) })
}

// RemoveCollection takes a calendar away with all that is in it.
func (s *Server) RemoveCollection(name string) {
	s.set(func() {
		s.collections = slices.DeleteFunc(s.collections, func(c *collection) bool { return c.name == name })
	})
}
