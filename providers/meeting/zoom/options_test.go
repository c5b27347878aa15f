package zoom

import (
	"reflect"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// onlyOnce are the options that count when a meeting is made and are not among its terms.
var onlyOnce = map[string]bool{"Template": true}

// TestEveryOption: each option that there is reaches Zoom, when the meeting is made and when the option comes later. A
// new one fails here until it does.
func TestEveryOption(t *testing.T) {
	spec := meeting.Spec{Topic: "Talk", Kind: meeting.Lasting}
	plain, err := termsOf(spec)
	if err != nil {
		t.Fatal(err)
	}
	options := reflect.TypeFor[meeting.Options]()
	for i := range options.NumField() {
		name := options.Field(i).Name
		asked := spec
		ask(t, reflect.ValueOf(&asked.Options).Elem().Field(i), name)
		with, err := termsOf(asked)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		said := !reflect.DeepEqual(plain, with)
		if said == onlyOnce[name] {
			t.Errorf("%s: said when a meeting is made: %v", name, said)
		}
		if told := !change(plain, with).empty(); told == onlyOnce[name] {
			t.Errorf("%s: told when it comes later: %v", name, told)
		}
		if body := with.createBody("mark", false); said && reflect.DeepEqual(body, plain.createBody("mark", false)) {
			t.Errorf("%s: it is not in what is sent", name)
		}
	}
}

// ask asks for something of an option that is nobody's default.
func ask(t *testing.T, option reflect.Value, name string) {
	t.Helper()
	switch v := option.Addr().Interface().(type) {
	case **bool:
		*v = new(true)
	case *bool:
		*v = true
	case **time.Duration:
		*v = new(5 * time.Minute)
	case *meeting.Passcode:
		*v = "abc123"
	case *[]string:
		*v = []string{"bob@example.com"}
	case *string:
		words := map[string]string{"Registration": "manual", "Recording": "cloud", "Template": "Town hall"}
		if *v = words[name]; *v == "" {
			t.Fatalf("the test has no word for %s", name)
		}
	default:
		t.Fatalf("the test cannot ask for %s", name)
	}
}
