package keep

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// ServeFeed answers for /feed/TOKEN.ics: a calendar of all linked events, for calendar apps to subscribe to. Without a
// configured token there is no such address, and with a wrong one there is none either.
func (v *Keeper) ServeFeed(w http.ResponseWriter, r *http.Request) {
	token, isCalendar := strings.CutSuffix(r.PathValue("name"), ".ics")
	if !isCalendar || !v.isFeed(token) {
		http.NotFound(w, r)
		return
	}
	body, err := v.feed()
	if err != nil {
		v.log.Error("feed", "reason", err)
		http.Error(w, "the calendar cannot be made just now", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	compress := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if compress {
		tag = strings.TrimSuffix(tag, `"`) + `-gzip"` // another representation (RFC 9110, section 8.8.1)
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if compress {
		small, err := zipped(body)
		if err != nil {
			v.log.Error("feed", "reason", err)
			http.Error(w, "the calendar cannot be made just now", http.StatusInternalServerError)
			return
		}
		body = small
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(body); err != nil {
		v.log.Debug("feed", "reason", err)
	}
}

// isFeed compares a token with the configured one, in a time that says nothing of either.
func (v *Keeper) isFeed(token string) bool {
	is, ought := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(v.token))
	return subtle.ConstantTimeCompare(is[:], ought[:]) == 1 && v.token != ""
}

// matches reports whether an If-None-Match names an ETag (RFC 9110, section 13.1.2).
func matches(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

func zipped(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(body)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}
