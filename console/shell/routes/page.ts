import { lazyRouteComponent } from '@tanstack/react-router'
import { onceOnline } from '../../parts/once-online.ts'

/** A page of its own file: loaded when it is opened, and without a line as soon as there is one. */
export const page: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => onceOnline(load), name)
