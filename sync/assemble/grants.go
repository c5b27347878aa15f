package assemble

import (
	"zoomtag/configs"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// Grants is where a configuration has the sign-ins of persons: beside the state, or sealed in the store that several
// machines share.
func Grants(cfg *configs.Config, shared signin.Shelf) (signin.Grants, error) {
	if cfg.Store.IsZero() || cfg.StoreKey.IsZero() {
		return signin.Grants{}, nil
	}
	grants, err := signin.Sealed(shared, cfg.StoreKey.Reveal())
	if err != nil {
		return signin.Grants{}, words.Usage(err)
	}
	return grants, nil
}
