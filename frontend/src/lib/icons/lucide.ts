// The drawings that the window uses, and no others: Vite takes these files in
// as text, and the rest of the set stays out of the build.
import arrowDown from 'lucide-static/icons/arrow-down.svg?raw'
import arrowUpRight from 'lucide-static/icons/arrow-up-right.svg?raw'
import calendar from 'lucide-static/icons/calendar.svg?raw'
import check from 'lucide-static/icons/check.svg?raw'
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw'
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw'
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw'
import chevronsUpDown from 'lucide-static/icons/chevrons-up-down.svg?raw'
import cloudOff from 'lucide-static/icons/cloud-off.svg?raw'
import copy from 'lucide-static/icons/copy.svg?raw'
import ellipsis from 'lucide-static/icons/ellipsis.svg?raw'
import fileDown from 'lucide-static/icons/file-down.svg?raw'
import fileText from 'lucide-static/icons/file-text.svg?raw'
import folder from 'lucide-static/icons/folder.svg?raw'
import gitMerge from 'lucide-static/icons/git-merge.svg?raw'
import laptop from 'lucide-static/icons/laptop.svg?raw'
import link from 'lucide-static/icons/link.svg?raw'
import mailPlus from 'lucide-static/icons/mail-plus.svg?raw'
import penLine from 'lucide-static/icons/pen-line.svg?raw'
import printer from 'lucide-static/icons/printer.svg?raw'
import refreshCw from 'lucide-static/icons/refresh-cw.svg?raw'
import search from 'lucide-static/icons/search.svg?raw'
import send from 'lucide-static/icons/send.svg?raw'
import server from 'lucide-static/icons/server.svg?raw'
import settings from 'lucide-static/icons/settings-2.svg?raw'
import triangleAlert from 'lucide-static/icons/triangle-alert.svg?raw'
import users from 'lucide-static/icons/users.svg?raw'
import x from 'lucide-static/icons/x.svg?raw'

const files = {
  'arrow-down': arrowDown, 'arrow-up-right': arrowUpRight, calendar, check,
  'chevron-down': chevronDown, 'chevron-left': chevronLeft, 'chevron-right': chevronRight,
  'chevrons-up-down': chevronsUpDown, 'cloud-off': cloudOff, copy, ellipsis, 'file-down': fileDown,
  'file-text': fileText, folder, 'git-merge': gitMerge, laptop, link,
  'mail-plus': mailPlus, 'pen-line': penLine, printer, 'refresh-cw': refreshCw, search, send, server,
  settings, 'triangle-alert': triangleAlert, users, x,
} as const

export type IconName = keyof typeof files

/** What is drawn, without the frame that the file puts around it. */
export const drawings = Object.fromEntries(
  Object.entries(files).map(([name, svg]) => [name, svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg'))]),
) as Record<IconName, string>
