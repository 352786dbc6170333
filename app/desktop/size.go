// Package desktop is what the window needs of the system it stands in. Besides the program itself it alone knows Wails.
//
// [Fit] puts the window where all of it can be seen. It draws nothing and knows nothing of what the window shows.
package desktop

import (
	"context"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// LeastWidth and LeastHeight are the least the page is drawn for, see ui/DESIGN.md.
const LeastWidth, LeastHeight = 960, 640

// A frame is where a window stands on its screen, and how large it is.
type frame struct{ x, y, width, height int }

type size struct{ width, height int }

// fitting is the frame of a window of some size in the middle of a screen; one
// that is too large for it fills it, so that no part is out of reach.
func fitting(width, height int, screen size) frame {
	if screen.width > 0 && screen.height > 0 {
		width, height = min(width, screen.width), min(height, screen.height)
	}
	return frame{max(0, (screen.width-width)/2), max(0, (screen.height-height)/2), width, height}
}

// Fit puts the window where all of it can be seen. It is centred by what it
// asked for, which may be more than the screen has; what it was given is known
// only once it runs.
func Fit(ctx context.Context, width, height int) {
	screens, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "the size of the screen is not known: %v\n", err)
		return
	}
	for _, s := range screens {
		if !s.IsCurrent || s.Size.Width >= width && s.Size.Height >= height {
			continue
		}
		f := fitting(width, height, size{s.Size.Width, s.Size.Height})
		runtime.WindowSetMinSize(ctx, min(LeastWidth, f.width), min(LeastHeight, f.height))
		runtime.WindowSetSize(ctx, f.width, f.height)
		runtime.WindowSetPosition(ctx, f.x, f.y)
	}
}
