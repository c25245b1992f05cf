import type { ComponentProps, ReactNode } from 'react'
import style from './button.module.css'

/** `main` is what the page is for, once on a screen; `edge` stands on its own; `urgent` mends; `quiet` leaves. */
type Tone = 'main' | 'edge' | 'urgent' | 'quiet'

/** A button with words. What it looks like follows from its tone; where it stands is its parent's. */
export const Button = ({ tone = 'edge', className, ...rest }: ComponentProps<'button'> & { tone?: Tone }) => (
  <button type="button" {...rest} data-tone={tone} className={join(style.button, className)} />
)

/** A button that is only a picture: `says` is its name. */
export const IconButton = ({
  says,
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'aria-label'> & { says: string; children: ReactNode }) => (
  <button type="button" {...rest} aria-label={says} className={join(style.icon, className)} />
)

const join = (...names: (string | undefined)[]) => names.filter(Boolean).join(' ')
