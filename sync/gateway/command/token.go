package command

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longhand/sync/gateway"
)

func tokenCommand(e Env) *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "Tokens that let new teams in", Args: cobra.NoArgs}
	var quota, expires string
	draw := &cobra.Command{
		Use: "new [--quota 1GiB] [--expires 90d]", Short: "Draw a token and print it: a line for the token file, and for whoever starts the team", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			bytes, err := size(quota)
			if err != nil {
				return &misuse{err}
			}
			valid, err := span(expires)
			if err != nil {
				return &misuse{err}
			}
			_, err = fmt.Fprintln(e.Out, gateway.NewToken(bytes, e.Now().Add(valid)))
			return err
		},
	}
	draw.Flags().StringVar(&quota, "quota", "1GiB", "how much the team may use: 500MiB, 1GiB")
	draw.Flags().StringVar(&expires, "expires", "90d", "how long it lets a team in: 12h, 90d; the team itself stays")
	c.AddCommand(draw)
	return c
}

// size reads a number of bytes with a binary or decimal unit.
func size(s string) (int64, error) {
	for _, unit := range []struct {
		name string
		n    float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}} {
		number, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(f*unit.n >= 1<<20) || f*unit.n > math.MaxInt64/2 {
			break
		}
		return int64(f * unit.n), nil
	}
	return 0, fmt.Errorf("%q is no size of at least 1MiB; one is 500MiB or 1GiB", s)
}

var errSpan = errors.New("a length of time is 12h or 90d")

// span reads a length of time in hours or days.
func span(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 36500 {
			return 0, fmt.Errorf("%q: %w", s, errSpan)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q: %w", s, errSpan)
	}
	return d, nil
}
