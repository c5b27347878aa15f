package caldav

import (
	"strings"
	"testing"
)

// TestPageForMultistatus: a web page in the place of an answer is told in words.
func TestPageForMultistatus(t *testing.T) {
	_, err := multistatus(t.Context(), strings.NewReader("<!DOCTYPE html><HTML><h1>Sign in</h1></HTML>"),
		func(*response) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "it is a web page") {
		t.Errorf("%v", err)
	}
}
