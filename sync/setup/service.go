package setup

import (
	"context"
	"errors"
	"strings"
)

// Service asks whether zoomtag is to run always from now on. Where that cannot be, nobody is asked; given is what a flag says.
func Service(ctx context.Context, ask func(context.Context, Question) (string, error), given string, possible bool) (bool, error) {
	if given == "" && !possible {
		return false, nil
	}
	answer, err := ask(ctx, Question{Title: "Shall zoomtag always run, as a service?", Flag: "service", Given: given, Default: "yes", Check: YesOrNo,
		Help: "It then keeps the links right by itself; zoomtag service uninstall takes that back."})
	return answer == "yes", err
}

// YesOrNo reads an answer.
func YesOrNo(answer string) (string, error) {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "yes", "y":
		return "yes", nil
	case "no", "n":
		return "no", nil
	}
	return "", errors.New("answer yes or no")
}
