package zoom

import (
	"context"
	"errors"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

const (
	// factsLife is for how long it is believed what a host may do, and doubtLife for how long that it could not be
	// asked.
	factsLife = 6 * time.Hour
	doubtLife = 15 * time.Minute
)

// Preflight implements meeting.Preflighter.
func (s *Service) Preflight(ctx context.Context, from, to meeting.Spec) meeting.Preflight {
	host, err := s.hosting(to.Host)
	if err != nil {
		return meeting.Preflight{} // making it says so
	}
	was, o, name := from.Options, to.Options, to.Host
	if name == "" || name == meeting.Me {
		name = "the host"
	}
	room := to.Kind == meeting.Personal
	if room && from.Kind != meeting.Personal {
		if why := roomless(name, s.facts(ctx, host)); why != "" {
			return meeting.Preflight{Held: why, Cure: "switch it on at zoom.us under Settings, Meeting, or ask for a " +
				"meeting of its own (scheduled in the tag)"}
		}
	}
	if registers(o) && !registers(was) && s.facts(ctx, host).Plan == meeting.Basic {
		return meeting.Preflight{Held: "registration needs a Zoom licence, and " + name + " has the Basic plan",
			Cure: "give the host a licence, let another host have it (host= in the tag), " +
				"or take register out (no-register in the tag, where the configuration asks for it)"}
	}
	if own(o.Passcode) && o.Passcode != was.Passcode && !room {
		if wrong := s.passcodeRule(ctx, host).check(o.Passcode.Reveal()); wrong != "" {
			return meeting.Preflight{Held: wrong, Cure: "write another one, passcode=… in the tag"}
		}
	}
	if from.IsZero() && o.Template != "" {
		if err := s.templateless(ctx, host, o.Template); err != nil {
			return meeting.Preflight{Held: words.Cause(err), Cure: words.Cure(err)}
		}
	}
	var p meeting.Preflight
	if o.Passcode == meeting.PasscodeNone && was.Passcode != meeting.PasscodeNone && !room &&
		isOn(s.facts(ctx, host).DemandsPasscode) {
		p.Notes = append(p.Notes, "no passcode is asked for, and the Zoom settings of "+to.Host+
			" demand one for new meetings: Zoom may set one all the same")
	}
	return p
}

func registers(o meeting.Options) bool { return o.Registration != "" && o.Registration != "none" }

// facts are what a host may do, as read within the last hours; nothing where that cannot be read.
func (s *Service) facts(ctx context.Context, host string) meeting.HostFacts {
	if facts, ok := s.known.facts(host, s.now()); ok {
		return facts
	}
	facts, err := s.Host(ctx, host)
	life := factsLife
	if err != nil {
		s.log.DebugContext(ctx, "zoom host cannot be asked about; nothing is checked beforehand", "host", host,
			"reason", err)
		facts, life = meeting.HostFacts{}, doubtLife
	}
	s.known.learnFacts(host, facts, s.now(), life)
	return facts
}

// roomless says why a host has no personal room to meet in, or is "".
func roomless(host string, f meeting.HostFacts) string {
	switch {
	case f.RoomOn != nil && !*f.RoomOn:
		return "the personal room of " + host + " is switched off"
	case f.Plan != meeting.PlanUnknown && f.Room == 0:
		return host + " has no personal room"
	}
	return ""
}

// templateless says why no meeting can be made from a template, or is nil also where that is not known.
func (s *Service) templateless(ctx context.Context, host, name string) error {
	list, err := s.listTemplates(ctx, host)
	switch {
	case errors.Is(err, errTemplateScope):
		return err
	case err != nil:
		return nil //nolint:nilerr // what cannot be read is held against nobody
	}
	_, err = pickTemplate(list, name)
	return err
}
