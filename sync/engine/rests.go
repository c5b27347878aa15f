package engine

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// longestRest is longer than any service asks to be left alone for: Zoom's daily limit is the longest. A rest that is
// longer was begun by a clock that has been set back since.
const longestRest = 25 * time.Hour

// The pauses after a sign-in that was refused: twice as long each time, so that nobody's account is locked, and short
// enough at first for somebody who is at work on it.
const (
	firstRefusal   = time.Minute
	longestRefusal = 6 * time.Hour
	// fewRefusals are no danger for an account: servers lock it after five or more.
	fewRefusals = 3
)

// Who is left alone: a calendar, a host of an account, an account as one calendar asks it, and an account as a whole.
func calendarKey(name string) string         { return "calendar " + name }
func hostRestKey(host store.Host) string     { return "host " + string(host) }
func serviceRestKey(hash, cal string) string { return "service " + hash + " " + cal }
func accountKey(hash string) string          { return "account " + hash }

// othersRests is how old may be what is known of those whom other workers leave alone.
const othersRests = 5 * time.Second

// loadRests reads what was asked of the processes before this one, and of the other workers that share the state.
func (e *Engine) loadRests() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.restsRead.IsZero() && (!e.store.Shared() || time.Since(e.restsRead) < othersRests) {
		return nil
	}
	rests, err := e.store.Rests()
	if err != nil {
		return err
	}
	if !e.restsRead.IsZero() { // what is gone there was ended by another worker, unless it is being saved just now
		maps.DeleteFunc(e.quiet, func(key string, r store.Rest) bool {
			_, there := rests[key]
			return !there && e.opt.Now().Sub(r.Begun) > othersRests
		})
	}
	for key, rest := range rests {
		if known, was := e.quiet[key]; !was || rest.Until.After(known.Until) {
			e.quiet[key] = rest
		}
	}
	e.restsRead = time.Now()
	return nil
}

// hush leaves somebody alone until a time, in this process and, unless it is one that saves nothing, in those after it.
func (e *Engine) hush(key string, until time.Time, cause error, dry bool) {
	e.rest(key, dry, func(before store.Rest) (store.Rest, bool) {
		return store.Rest{Until: until, Why: words.Cause(cause), Cure: words.Cure(cause)}, until.After(before.Until)
	})
}

// refuse leaves somebody alone who has refused a sign-in, for longer each time; depends is the fingerprint of what was
// refused.
func (e *Engine) refuse(key, depends string, cause error) {
	e.rest(key, false, func(before store.Rest) (store.Rest, bool) {
		now := store.Rest{Why: words.Cause(cause), Cure: words.Cure(cause), Refused: true, Depends: depends, Tries: 1}
		tries := before.Tries
		if before.Refused && before.Depends == depends {
			now.Tries = tries + 1
		}
		now.Until = e.opt.Now().Add(min(firstRefusal<<min(now.Tries-1, 12), longestRefusal))
		return now, true
	})
}

// accept ends a rest of which it was seen that there is no reason for it any more. It reports whether there was one for
// a refused sign-in.
func (e *Engine) accept(key string) bool {
	e.mu.Lock()
	rest, was := e.quiet[key]
	e.mu.Unlock()
	if !was || !rest.Refused {
		return false
	}
	e.drop(key)
	return true
}

// drop forgets a rest.
func (e *Engine) drop(key string) {
	e.mu.Lock()
	delete(e.quiet, key)
	e.mu.Unlock()
	if err := e.store.Update(func(tx *store.Tx) error { return tx.DeleteRest(key) }); err != nil {
		e.opt.Log.Warn("that somebody is left alone no longer could not be saved", "who", key, "reason", err)
	}
}

// rest changes what is kept under a key, if change says that it is to be changed. That it could not be saved is said
// and no more: what is wrong with the store shows with the next thing that has to be saved.
func (e *Engine) rest(key string, dry bool, change func(before store.Rest) (store.Rest, bool)) {
	e.mu.Lock()
	now, changed := change(e.quiet[key])
	if changed {
		now.Begun = e.opt.Now()
		e.quiet[key] = now
	}
	e.mu.Unlock()
	if !changed || dry {
		return
	}
	err := e.store.Update(func(tx *store.Tx) error {
		theirs, err := tx.Rest(key)
		more := theirs.Until.After(now.Until) && theirs.Begun.After(now.Begun) // another worker has said it
		if err != nil || more {
			return err
		}
		return tx.PutRest(key, now)
	})
	if err != nil {
		e.opt.Log.Warn("until when somebody is left alone could not be saved", "who", key, "reason", err)
	}
}

// Refused are the accounts, by their hashes, whose sign-in was refused when it was last tried, and why.
func (e *Engine) Refused() (map[string]error, error) {
	if err := e.loadRests(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	refused := map[string]error{}
	for _, a := range e.opt.Accounts {
		if rest := e.quiet[accountKey(a.Hash)]; rest.Refused {
			refused[a.Hash] = words.Mend(errors.New(rest.Why), rest.Cure)
		}
	}
	return refused, nil
}

// quietUntil is the rest of a key that is not over; zero: there is none.
func (e *Engine) quietUntil(key string) store.Rest {
	now := e.opt.Now()
	e.mu.Lock()
	rest := e.quiet[key]
	e.mu.Unlock()
	if !rest.Until.After(now) {
		return store.Rest{}
	}
	if isAhead(rest, now) || e.isRenewed(key, rest) {
		return store.Rest{}
	}
	return rest
}

// isAhead reports whether a rest was begun by a clock that has been set back since.
func isAhead(rest store.Rest, now time.Time) bool {
	return rest.Begun.After(now.Add(clockSlack)) || rest.Until.Sub(now) > longestRest
}

// dropAhead forgets the rests that a clock which was ahead has begun: in some hours they would be heeded again.
func (e *Engine) dropAhead() {
	e.mu.Lock()
	quiet := maps.Clone(e.quiet)
	e.mu.Unlock()
	now := e.opt.Now()
	for key, rest := range quiet {
		if isAhead(rest, now) {
			e.drop(key)
		}
	}
}

// isRenewed reports whether a sign-in that was refused is another one by now.
func (e *Engine) isRenewed(key string, rest store.Rest) bool {
	return rest.Refused && rest.Depends != e.dependsOf(key)
}

// renewed ends the pauses of accounts whose credentials are others by now, and has all be due that has failed for those
// before.
func (e *Engine) renewed() error {
	now, found := e.opt.Now(), false
	for key, rest := range e.quietAccounts(now) {
		if !e.isRenewed(key, rest) {
			continue
		}
		found = true
		e.rest(key, false, func(before store.Rest) (store.Rest, bool) {
			before.Until, before.Tries = time.Time{}, 0
			return before, true
		})
	}
	if !found {
		return nil
	}
	return e.retryAll()
}

// quietAccounts are the accounts that are left alone, by their keys. Each pass asks, of which thousands may be at work
// while each calendar is left alone as well.
func (e *Engine) quietAccounts(now time.Time) map[string]store.Rest {
	e.mu.Lock()
	defer e.mu.Unlock()
	var quiet map[string]store.Rest
	for i := range e.opt.Accounts {
		key := accountKey(e.opt.Accounts[i].Hash)
		if rest := e.quiet[key]; rest.Until.After(now) {
			if quiet == nil {
				quiet = map[string]store.Rest{}
			}
			quiet[key] = rest
		}
	}
	return quiet
}

// retryAll has all be due that may have failed for a sign-in.
func (e *Engine) retryAll() error {
	_, err := e.Retry(Again{Calendars: slices.Collect(maps.Keys(e.calendars)), Patient: true})
	return err
}

// dependsOf is the fingerprint of the credentials that are used for a calendar or an account now.
func (e *Engine) dependsOf(key string) string {
	if name, is := strings.CutPrefix(key, calendarKey("")); is && e.calendars[name] != nil {
		return fingerprint(e.calendars[name].Depends)
	}
	for i := range e.opt.Accounts {
		if a := &e.opt.Accounts[i]; key == accountKey(a.Hash) {
			return fingerprint(a.Depends)
		}
	}
	return ""
}

func fingerprint(depends func() string) string {
	if depends == nil {
		return ""
	}
	return depends()
}

// heedCalendar remembers that a calendar has asked to be left alone, or does not know who asks.
func (e *Engine) heedCalendar(c *Calendar, err error, dry bool) {
	var throttled *calendar.Throttled
	var refused *calendar.SignInError
	switch {
	case errors.As(err, &throttled):
		e.hush(calendarKey(c.Name), throttled.Until, throttled.Err, dry)
	case errors.As(err, &refused) && !dry:
		e.refuse(calendarKey(c.Name), fingerprint(c.Depends), err)
	}
}

// heedAccount remembers that an account does not know who asks.
func (e *Engine) heedAccount(a *Account, err error) {
	var refused *meeting.SignInError
	if errors.As(err, &refused) {
		e.refuse(accountKey(a.Hash), fingerprint(a.Depends), err)
	}
}

// rests are all rests that are not over, by key.
func (e *Engine) rests() map[string]store.Rest {
	e.mu.Lock()
	keys := slices.Collect(maps.Keys(e.quiet))
	e.mu.Unlock()
	found := map[string]store.Rest{}
	for _, key := range keys {
		if rest := e.quietUntil(key); !rest.Until.IsZero() {
			found[key] = rest
		}
	}
	return found
}
