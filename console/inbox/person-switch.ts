export interface PersonSwitch {
  isOpen: boolean
  toggle: () => void
}
