// Fonts of the system: nothing to load, and no host but our own.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'

export default DefaultTheme
